namespace KkiaEvents.Sandbox;

/// <summary>What the stand-in has counted since it started.</summary>
internal sealed class SandboxStats
{
    private long _verifications;
    private long _refunds;
    private long _keysRefused;
    private long _faulted;
    private long _sent;
    private long _accepted;
    private long _refused;
    private long _givenUp;
    private long _calledOff;

    public void Verification() => Interlocked.Increment(ref _verifications);

    public void Refund() => Interlocked.Increment(ref _refunds);

    public void KeysRefused() => Interlocked.Increment(ref _keysRefused);

    public void Faulted() => Interlocked.Increment(ref _faulted);

    public void WebhookTried(bool accepted)
    {
        Interlocked.Increment(ref _sent);
        Interlocked.Increment(ref accepted ? ref _accepted : ref _refused);
    }

    public void WebhookGivenUp() => Interlocked.Increment(ref _givenUp);

    public void WebhookCalledOff() => Interlocked.Increment(ref _calledOff);

    public Snapshot Read(int payments) => new(
        payments,
        new ApiCounts(
            Interlocked.Read(ref _verifications),
            Interlocked.Read(ref _refunds),
            Interlocked.Read(ref _keysRefused),
            Interlocked.Read(ref _faulted)),
        new WebhookCounts(
            Interlocked.Read(ref _sent),
            Interlocked.Read(ref _accepted),
            Interlocked.Read(ref _refused),
            Interlocked.Read(ref _givenUp),
            Interlocked.Read(ref _calledOff)));

    internal sealed record Snapshot(int Payments, ApiCounts Api, WebhookCounts Webhooks);

    /// <param name="Verifications">Verifications that were answered about a transaction.</param>
    /// <param name="Refunds">Refund calls that were answered, refusals included.</param>
    /// <param name="KeysRefused">Calls refused for their keys, real or by fault.</param>
    /// <param name="Faulted">Calls that a fault ended.</param>
    internal sealed record ApiCounts(long Verifications, long Refunds, long KeysRefused, long Faulted);

    /// <param name="Sent">Attempts.</param>
    /// <param name="Accepted">Attempts answered 2xx.</param>
    /// <param name="Refused">Attempts answered otherwise, or not at all.</param>
    /// <param name="GivenUp">Webhooks that no attempt got through.</param>
    /// <param name="CalledOff">Webhooks that were planned, until the payment was moved by hand.</param>
    internal sealed record WebhookCounts(long Sent, long Accepted, long Refused, long GivenUp, long CalledOff);
}
