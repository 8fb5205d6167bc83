using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Tests.Unit.Golden;

/// <summary>Writes down what happens to payments as the ledger would store it, one event after the other, and decides at each answer by today's rules.</summary>
internal sealed class GoldenLedger(OrderPolicy? policy = null)
{
    public const string Secret = "whsec_golden_0123456789";
    public const string Order = "order-1042";
    public const string Transaction = "txn_1";

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<StoredEvent> _events = [];
    private readonly Dictionary<string, int> _versions = [];
    private readonly Dictionary<string, Payment> _payments = [];
    private readonly Dictionary<string, Order> _orders = [];
    private DateTimeOffset _now = Start;

    // The places of the first version: an export names those that it was decided with.
    public OrderPolicy Policy { get; } = (policy ?? new()) with { ReferencePlaces = ["stateData.orderId", "stateData", "partnerId"] };

    public IReadOnlyList<StoredEvent> Events => _events;

    public GoldenLedger After(TimeSpan time)
    {
        _now += time;
        return this;
    }

    public GoldenLedger Announce(long amount = 5000, string? transaction = null)
    {
        var announced = new OrderAnnounced(Order, amount, transaction, _now);
        Store(KkiaEvents.Ledger.Orders.Order.StreamIdOf("default", Order), announced);
        Change(Order, o => o.After(announced));
        if (transaction is not null)
            Add(transaction, new PaymentAnnounced(Order, _now));
        return this;
    }

    public GoldenLedger Claim(string kind = "transaction.success", long? amount = 5000, string? order = Order, string transaction = Transaction)
    {
        var body = JsonSerializer.Serialize(new
        {
            transactionId = transaction, isPaymentSucces = kind == "transaction.success", account = "22997000000", label = "Commande", method = "MOBILE_MONEY",
            amount, fees = 95, partnerId = (string?)null, performedAt = _now, stateData = new { orderId = order }, @event = kind,
        });
        var bytes = Encoding.UTF8.GetBytes(body);
        Add(transaction, new WebhookRecorded(
            new Guid(_events.Count + 1, 0, 1, new byte[8]), kind, amount, order, body, Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), bytes)), _now));
        _now += TimeSpan.FromMilliseconds(400);
        return this;
    }

    public GoldenLedger Answer(
        TransactionStatus status, long? amount = 5000, string? order = Order, string? type = "DEBIT", string? code = null, string transaction = Transaction, long? fees = null, string? text = null)
    {
        var word = status == TransactionStatus.Complete ? "SUCCESS" : status.ToString().ToUpperInvariant();
        var data = JsonSerializer.SerializeToElement(new { orderId = order });
        var answer = new VerificationAnswered(
            new()
            {
                TransactionId = transaction, Status = status, ProviderStatus = word, Amount = amount, AmountText = text, AmountBeforeFees = amount - fees, Fees = fees ?? 95, Net = amount - (fees ?? 95), Type = type, Method = "MOBILE_MONEY",
                Operator = "mtn", Phone = "+22997000000", Name = "Ama Client", FailureCode = code, PerformedAt = Start, StateData = data,
                Raw = JsonSerializer.Serialize(new { status = word, amount, type, failureCode = code, transactionId = transaction, state = data }),
            },
            order, _now);
        var before = PaymentOf(transaction);
        var orderId = PaymentDecision.OrderOf(before, answer);
        var outcome = PaymentDecision.Decide(before, orderId is null ? null : OrderOf(orderId), answer, Policy);
        Add(transaction, answer);
        if (outcome is not null)
        {
            Add(transaction, outcome);
            if (orderId is not null)
                Change(orderId, o => o.After(outcome));
        }
        else if (orderId is not null && PaymentOf(transaction) is var paid && PaymentDecision.Holds(paid, OrderOf(orderId), answer))
        {
            Add(transaction, new OrderHeld(orderId, paid.Amount, _now));
            Change(orderId, o => o.PaidBefore(transaction, paid.Amount));
        }
        else if (orderId is not null && PaymentDecision.Part(PaymentOf(transaction), OrderOf(orderId), answer, Policy) is { } part)
        {
            Add(transaction, part);
            Change(orderId, o => o.With(transaction, part));
        }

        _now += TimeSpan.FromSeconds(5);
        return this;
    }

    /// <summary>KKiaPay was asked three times and gave nothing that can be used.</summary>
    public GoldenLedger Unanswered()
    {
        var unanswered = new VerificationUnanswered("KKiaPay's answer (HTTP 200) about transaction txn_1 can't be used: The body is not JSON that can be accepted (line 1, byte 1).", 3, _now);
        var payment = PaymentOf(Transaction);
        var orderId = PaymentDecision.OrderOf(payment);
        var flag = UnansweredDecision.Decide(payment, orderId is null ? null : OrderOf(orderId), unanswered)!;
        Add(Transaction, unanswered).Add(Transaction, flag);
        if (orderId is not null)
            Change(orderId, o => o.After(flag));
        _now += TimeSpan.FromSeconds(5);
        return this;
    }

    public GoldenLedger Review(FlagVerdict verdict, long? amount = null, string transaction = Transaction) =>
        Add(transaction, PaymentActs.Review(PaymentOf(transaction), verdict, "ama", "Looked at it in KKiaPay's dashboard.", _now, OrderOf(Order), amount));

    public GoldenLedger AcceptPart(string transaction = Transaction) =>
        Add(transaction, PaymentActs.PartAcceptance(PaymentOf(transaction), "ama", "Agreed with the customer.", _now, OrderOf(Order)));

    public GoldenLedger Release()
    {
        Add(OrderOf(Order).PaidBy!, new OrderReleased(Order, "ama", "The customer's payment is another one.", _now));
        Change(Order, o => o.Freed());
        return this;
    }

    public GoldenLedger Withdraw()
    {
        var withdrawn = new OrderWithdrawn(Order, _now);
        Store(KkiaEvents.Ledger.Orders.Order.StreamIdOf("default", Order), withdrawn);
        Change(Order, o => o.After(withdrawn));
        return this;
    }

    /// <param name="answer">What comes back.</param>
    /// <param name="sending">Tells the sending; null as in streams of versions whose sendings had no id.</param>
    public GoldenLedger AskForRefund(RefundAnswer answer, Guid? sending = null) =>
        Add(Transaction, new RefundRequested("ama", "goods returned", _now)).Add(Transaction, new RefundSent(_now, sending)).Add(Transaction, new RefundAnswered(answer, "as KKiaPay put it", _now, sending));

    public GoldenLedger SettleRefund(bool done) => Add(Transaction, PaymentActs.RefundSettlement(PaymentOf(Transaction), done, "ama", "Looked at it in KKiaPay's dashboard.", _now));

    private GoldenLedger Add(string transaction, object data)
    {
        _payments[transaction] = PaymentOf(transaction).Evolve(data);
        Store(new PaymentKey("default", transaction).StreamId, data);
        return this;
    }

    private Payment PaymentOf(string transaction) => _payments.GetValueOrDefault(transaction) ?? Payment.New(new("default", transaction));

    private Order OrderOf(string orderId)
    {
        var order = _orders.GetValueOrDefault(orderId) ?? KkiaEvents.Ledger.Orders.Order.New("default", orderId);
        return order.IsAnnounced ? order : order with { LookAlike = _orders.Values.Where(o => o.IsAnnounced && o.FoldedId == order.FoldedId).Select(o => o.OrderId).Min(StringComparer.Ordinal) };
    }

    private void Change(string orderId, Func<Order, Order> change) => _orders[orderId] = change(OrderOf(orderId));

    private void Store(string stream, object data)
    {
        var version = _versions[stream] = _versions.GetValueOrDefault(stream) + 1;
        var id = data is OrderEvent outcome ? outcome.EventId : Guid.Parse(string.Create(CultureInfo.InvariantCulture, $"00000000-0000-0000-0000-{_events.Count + 1:x12}"));
        _events.Add(new(
            _events.Count + 1, id, stream, version, LedgerStore.EventTypes.Single(t => t.Value == data.GetType()).Key, _now,
            JsonSerializer.SerializeToUtf8Bytes(data, data.GetType(), LedgerStore.Json)));
    }
}
