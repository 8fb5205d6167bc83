using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Tests.Unit.Ledger.Auditing;

/// <summary>Stored events as the ledger would have written them.</summary>
internal sealed class Streams
{
    public const string Secret = "whsec_audit_0123456789";

    private readonly List<StoredEvent> _events = [];
    private readonly Dictionary<string, int> _versions = [];

    public IReadOnlyList<StoredEvent> Events => _events;

    public Streams Store(string stream, object data)
    {
        var type = LedgerStore.EventTypes.Single(t => t.Value == data.GetType()).Key;
        var version = _versions[stream] = _versions.GetValueOrDefault(stream) + 1;
        var position = _events.Count + 1;
        var id = data is OrderEvent outcome ? outcome.EventId : new Guid(position, 0, 0, new byte[8]);
        _events.Add(new(position, id, stream, version, type, Given.Noon.AddSeconds(position), JsonSerializer.SerializeToUtf8Bytes(data, data.GetType(), LedgerStore.Json)));
        return this;
    }

    /// <summary>A signed claim, an answer (a failure is asked about twice), and the outcome that follows.</summary>
    public Streams Pay(string transactionId, VerificationAnswered answer, string body = "{\"event\":\"transaction.success\"}")
    {
        var key = new PaymentKey("default", transactionId);
        var bytes = System.Text.Encoding.UTF8.GetBytes(body);
        var claim = Given.Claim() with
        {
            Body = body,
            BodySha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)),
            Signature = Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Secret), bytes)),
        };
        var payment = Payment.New(key).Evolve(claim);
        Store(key.StreamId, claim);
        if (answer.Status is TransactionStatus.Failed or TransactionStatus.Cancelled)
        {
            var before = answer with { AnsweredAt = answer.AnsweredAt - PaymentDecision.FailureConfirmation };
            payment = payment.Evolve(before);
            Store(key.StreamId, before);
        }

        var outcome = PaymentDecision.Decide(payment, Order.New("default", "order-1"), answer, Given.Lenient);
        Store(key.StreamId, answer);
        return outcome is null ? this : Store(key.StreamId, outcome);
    }

    public static Streams OneOfEach() => new Streams()
        .Pay("txn_paid", Given.Answer(TransactionStatus.Complete, order: "order-1"))
        .Pay("txn_failed", Given.Answer(TransactionStatus.Failed, failureCode: "timeout"))
        .Pay("txn_pending", Given.Answer(TransactionStatus.Pending))
        .Pay("txn_payout", Given.Answer(TransactionStatus.Complete, type: "CREDIT"))
        .Pay("txn_refunded", Given.Answer(TransactionStatus.Refunded));

    public async IAsyncEnumerable<StoredEvent> AllAsync()
    {
        foreach (var e in _events)
        {
            await Task.Yield();
            yield return e;
        }
    }
}
