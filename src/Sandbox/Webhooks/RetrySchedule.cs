namespace KkiaEvents.Sandbox.Webhooks;

/// <summary>
/// KKiaPay's own retries (docs.kkiapay.me/v1, page "Webhook"): an answer outside 2xx, 3xx included, is not received; five
/// tries in a row, 500 ms apart and growing. Doubling gives 0.5 + 1 + 2 + 4 = 7.5 s in all; then never again.
/// </summary>
internal static class RetrySchedule
{
    /// <summary>How often one webhook is tried, the first time included.</summary>
    public const int Tries = 5;

    /// <summary>How long one try waits for an answer. The provider does not publish its own.</summary>
    public static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    /// <summary>The wait after the try of this number (1 to 4) was not received; null after the last.</summary>
    public static TimeSpan? WaitAfter(int attempt) => attempt < Tries ? FirstWait * Math.Pow(2, attempt - 1) : null;
}
