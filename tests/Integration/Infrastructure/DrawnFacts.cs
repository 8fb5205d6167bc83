using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Tests.Integration.Infrastructure;

/// <summary>Facts about three transactions and two orders of a merchant, drawn at random.</summary>
internal static class DrawnFacts
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>One claim and one answer about one of the transactions.</summary>
    public static PaymentFacts Next(Random random, string merchant, int step)
    {
        var key = new PaymentKey(merchant, $"txn_{random.Next(3)}");
        string? order = random.Next(5) switch { 0 => null, 1 => "order-2", _ => "order-1" };
        long amount = random.Next(4) == 0 ? 100 : 5000;
        TransactionStatus status = random.Next(10) switch
        {
            < 4 => TransactionStatus.Complete,
            < 6 => TransactionStatus.Failed,
            6 => TransactionStatus.Pending,
            7 => TransactionStatus.NotFound,
            8 => TransactionStatus.Cancelled,
            _ => TransactionStatus.Refunded,
        };
        // Answers come in the order of time; a claim comes with each, at times an exact repeat.
        var at = Noon.AddSeconds(step * 3);
        var claim = new WebhookRecorded(
            Guid.CreateVersion7(), "transaction.failed", random.Next(3) == 0 ? null : amount, random.Next(3) == 0 ? null : order, "{}", $"digest-{random.Next(8)}", null, at);
        return new()
        {
            Key = key,
            Claims = [claim],
            FromDue = true,
            Answer = new(
                new KkiapayTransaction { TransactionId = key.TransactionId, Status = status, ProviderStatus = status.ToString().ToUpperInvariant(), Amount = amount, Raw = "{}" }, order, at),
        };
    }
}
