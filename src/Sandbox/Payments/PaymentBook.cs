using System.Collections.Concurrent;
using System.Security.Cryptography;
using KkiaEvents.Sandbox.Webhooks;

namespace KkiaEvents.Sandbox.Payments;

/// <summary>Every payment that the stand-in knows, in memory.</summary>
internal sealed class PaymentBook
{
    private const string LowerCase = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const string MixedCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + LowerCase;

    private readonly ConcurrentDictionary<string, Payment> _payments = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Payment> _latest = new();

    /// <summary>How many of the latest payments can be listed.</summary>
    public const int ListedAtMost = 1000;

    public int Count => _payments.Count;

    /// <summary>An id in the form that the dialect uses: <c>txn_abc123456789</c> or <c>3iH6wjHJ3</c>.</summary>
    public static string NewId(WebhookDialect dialect) => dialect == WebhookDialect.Field
        ? RandomNumberGenerator.GetString(MixedCase, 9)
        : "txn_" + RandomNumberGenerator.GetString(LowerCase, 12);

    public bool TryAdd(Payment payment)
    {
        if (!_payments.TryAdd(payment.Id, payment)) return false;
        _latest.Enqueue(payment);
        while (_latest.Count > ListedAtMost) _latest.TryDequeue(out _);
        return true;
    }

    public Payment? Find(string id) => _payments.GetValueOrDefault(id);

    public IEnumerable<Payment> Latest(int limit) => _latest.Reverse().Take(limit);
}
