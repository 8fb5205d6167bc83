namespace KkiaEvents.Ledger.Storage;

/// <summary>Tries a write again when somebody else wrote first. Each try must read anew what it decides from.</summary>
internal static class Collisions
{
    private const int Attempts = 12;

    /// <summary>Runs it until it does not collide; after the last try the collision is thrown.</summary>
    public static async Task<T> RetriedAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (attempt < Attempts && e is not OperationCanceledException && LedgerFaults.Classify(e) == LedgerFault.Collision)
            {
                await PauseAsync(attempt, cancellationToken);
            }
        }
    }

    /// <summary>A wait of random length, longer after each try, so that those who met do not meet again.</summary>
    public static Task PauseAsync(int attempt, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 10 * attempt)), cancellationToken);
}
