namespace KkiaEvents.Console.Auditing;

/// <summary>Lets only one reader of the whole ledger run at a time on this host.</summary>
internal sealed class WholeLedger : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>The turn, to be given back when the reader is done.</summary>
    /// <exception cref="WholeLedgerBusyException">Another reader has it.</exception>
    public IDisposable Take() => _one.Wait(0) ? new Turn(_one) : throw new WholeLedgerBusyException();

    public void Dispose() => _one.Dispose();

    private sealed class Turn(SemaphoreSlim one) : IDisposable
    {
        public void Dispose() => one.Release();
    }
}

/// <summary>Another export or rederivation is running.</summary>
internal sealed class WholeLedgerBusyException()
    : Exception("An export or a rederivation runs on this host, and each reads the whole ledger: one at a time. Try again when it is done; kkia export writes one on a machine of its own.")
{
    /// <summary>After how many seconds it makes sense to ask again.</summary>
    public const int RetryAfterSeconds = 30;
}
