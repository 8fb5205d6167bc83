using System.Collections.Concurrent;

namespace KkiaEvents.Sandbox.Webhooks;

/// <summary>One try to deliver a webhook.</summary>
/// <param name="At">When it was sent, UTC.</param>
/// <param name="Merchant">Whose.</param>
/// <param name="TransactionId">About which transaction; null for a body sent by hand.</param>
/// <param name="Event">The event's name; null for a body sent by hand.</param>
/// <param name="Attempt">1 for the first try.</param>
/// <param name="Status">The receiver's HTTP status; null when none came.</param>
/// <param name="Error">Why none came.</param>
internal sealed record DeliveryAttempt(
    DateTimeOffset At, string Merchant, string? TransactionId, string? Event, int Attempt, int? Status, string? Error)
{
    public bool Accepted => Status is >= 200 and < 300;
}

/// <summary>The latest tries, oldest first; older ones are forgotten, so that memory stays bounded.</summary>
internal sealed class DeliveryLog
{
    public const int Kept = 20_000;

    private readonly ConcurrentQueue<DeliveryAttempt> _attempts = new();

    public void Add(DeliveryAttempt attempt)
    {
        _attempts.Enqueue(attempt);
        while (_attempts.Count > Kept) _attempts.TryDequeue(out _);
    }

    public IEnumerable<DeliveryAttempt> Read(string? transactionId) =>
        transactionId is null ? _attempts : _attempts.Where(a => a.TransactionId == transactionId);
}
