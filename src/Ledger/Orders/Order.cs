using System.Text.Json.Serialization;
using JasperFx;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Ledger.Orders;

/// <summary>
/// What the ledger knows of one order. The row is the order's reservation: whoever decides about money for an order
/// writes it in the same commit, so two transactions can't both pay it, and an announcement and a payment can't miss each other.
/// </summary>
public sealed record Order : IRevisioned
{
    /// <summary>Merchant and order id: <see cref="IdOf"/>.</summary>
    public required string Id { get; init; }

    /// <inheritdoc />
    public int Version { get; set; }

    /// <summary>The merchant.</summary>
    public required string Merchant { get; init; }

    /// <summary>The shop's order id.</summary>
    public required string OrderId { get; init; }

    /// <summary>What it is due, gross, whole XOF; null while nobody announced it.</summary>
    public long? Due { get; init; }

    /// <summary>When the last announcement was sent, or its withdrawal, UTC: never later than it was recorded, which counts where the sender does not say. Null when there was none since versions note it.</summary>
    public DateTimeOffset? AnnouncedAt { get; init; }

    /// <summary>True after the shop took back what it had announced: it no longer expects the order to be paid.</summary>
    public bool Withdrawn { get; init; }

    /// <summary>The transaction that was last announced to pay it; null when none was.</summary>
    public string? AnnouncedTransactionId { get; init; }

    /// <summary>Every transaction that was announced to pay it: each attempt of the customer has an id of its own.</summary>
    public IReadOnlyList<string> AnnouncedTransactions { get; init; } = [];

    /// <summary>
    /// The transaction that holds the order: its payment is the one that counts, and no other is accepted. Null while unpaid.
    /// A refund does not free it; a due announced at another amount than was paid does, and so does a person
    /// (<see cref="OrderRelease"/>).
    /// </summary>
    public string? PaidBy { get; init; }

    /// <summary>What that transaction paid, gross, whole XOF.</summary>
    public long? PaidAmount { get; init; }

    /// <summary>The same without fees that the customer paid on top; null where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? PaidBeforeFees { get; init; }

    /// <summary>What a person accepted as parts of its due, beside what the holder paid; null when nothing was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<OrderPart>? Parts { get; init; }

    /// <summary>The transaction that an announced due took the order from, while no other holds it; null when none. It gets it back where the due is corrected to what it paid.</summary>
    public string? FreedFrom { get; init; }

    /// <summary>What that one paid, gross, whole XOF.</summary>
    public long? FreedAmount { get; init; }

    /// <summary>The same without fees that the customer paid on top; null where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? FreedBeforeFees { get; init; }

    /// <summary>True once the paying transaction was refunded.</summary>
    public bool Refunded { get; init; }

    /// <summary>Every transaction that had an outcome for this order.</summary>
    public IReadOnlyList<string> Transactions { get; init; } = [];

    /// <summary>What each of them did, the latest last.</summary>
    public IReadOnlyList<OrderPayment> Payments { get; init; } = [];

    /// <summary>The merchant, and the key that the id shares with its look-alikes (<see cref="OrderIdForm.Fold"/>).</summary>
    public string FoldedId => IdOf(Merchant, OrderIdForm.Fold(OrderId));

    /// <summary>The announced order that this one, itself not announced, may be taken for. Whoever reads the order for a decision looks it up; it is never stored.</summary>
    [JsonIgnore]
    public string? LookAlike { get; init; }

    /// <summary>True when the shop said something about it: a payment that names it means this order, not a look-alike.</summary>
    [JsonIgnore]
    public bool IsAnnounced => Due is not null || Withdrawn;

    /// <summary>The row's id.</summary>
    public static string IdOf(string merchant, string orderId) => $"{merchant}/{orderId}";

    /// <summary>The stream's id of an order's announcements.</summary>
    public static string StreamIdOf(string merchant, string orderId) => $"order/{merchant}/{orderId}";

    /// <summary>An order that nothing is known of yet.</summary>
    public static Order New(string merchant, string orderId) =>
        new() { Id = IdOf(merchant, orderId), Merchant = merchant, OrderId = orderId };

    /// <summary>How the order stands.</summary>
    [JsonIgnore]
    public OrderState State => this switch
    {
        { Refunded: true } => OrderState.Refunded,
        { PaidBy: not null } when Payments.Any(p => p.State == OrderPaymentState.Surplus) => OrderState.PaidTwice,
        { PaidBy: not null, Due: { } due } when !Covers(due) && Received() > due => OrderState.Overpaid,
        { PaidBy: not null } => OrderState.Paid,
        _ when Payments.Any(p => p.State == OrderPaymentState.Flagged && !IsPart(p.TransactionId)) => OrderState.InQuestion,
        { Parts.Count: > 0 } => OrderState.PartlyPaid,
        { Due: not null } => OrderState.Due,
        _ => OrderState.Unpaid,
    };

    /// <summary>
    /// The order after its due was announced. The order is the shop's, and anybody can guess an id: a payment of another
    /// amount than the due loses its hold on it.
    /// </summary>
    public Order After(OrderAnnounced announced)
    {
        var order = this with
        {
            Due = announced.Amount,
            Withdrawn = false,
            AnnouncedAt = Later(announced.SentAt, announced.AnnouncedAt),
            AnnouncedTransactionId = announced.TransactionId ?? AnnouncedTransactionId,
            AnnouncedTransactions = announced.TransactionId is { } id && !AnnouncedTransactions.Contains(id) ? [.. AnnouncedTransactions, id] : AnnouncedTransactions,
        };
        return (PaidBy, FreedFrom) switch
        {
            ({ } by, _) when Due != announced.Amount && !Covers(announced.Amount) =>
                Refunded ? order.Freed() : order.Freed() with { FreedFrom = by, FreedAmount = PaidAmount, FreedBeforeFees = PaidBeforeFees },
            // Corrected: what was paid is what is due after all.
            (null, { } by) when FreedAmount + PartsOf() == announced.Amount || FreedBeforeFees + PartsOf() == announced.Amount => order.PaidBefore(by, FreedAmount, FreedBeforeFees),
            _ => order,
        };
    }

    /// <summary>The order after the shop took its announcement back.</summary>
    public Order After(OrderWithdrawn withdrawn) => this with { Due = null, Withdrawn = true, AnnouncedAt = Later(withdrawn.SentAt, withdrawn.WithdrawnAt) };

    // Never back, and never ahead of our own clock: a sender's that is wrong must not shut out what is sent after it.
    private DateTimeOffset Later(DateTimeOffset? sentAt, DateTimeOffset recordedAt)
    {
        var sent = sentAt < recordedAt ? sentAt.Value : recordedAt;
        return AnnouncedAt > sent ? AnnouncedAt.Value : sent;
    }

    /// <summary>True when an announcement tells nothing new.</summary>
    public bool Says(ExpectPayment command) => command.Withdrawn
        ? Withdrawn
        : Due == command.Amount && (command.TransactionId is not { } id || id == AnnouncedTransactionId || AnnouncedTransactions.Contains(id));

    /// <summary>The order when no transaction holds it any more.</summary>
    public Order Freed() => PaidBy is not { } by ? this : this with
    {
        PaidBy = null,
        PaidAmount = null,
        PaidBeforeFees = null,
        Refunded = false,
        FreedFrom = null,
        FreedAmount = null,
        FreedBeforeFees = null,
        Payments = [.. Payments.Select(p => p.TransactionId == by && p.State == OrderPaymentState.Paid ? p with { State = OrderPaymentState.Flagged } : p)],
    };

    /// <summary>The order when a payment that was accepted before comes to hold it: it had named no order then, or had lost this one.</summary>
    /// <param name="transactionId">KKiaPay's id.</param>
    /// <param name="amount">What it paid, gross, whole XOF.</param>
    /// <param name="amountBeforeFees">The same without fees that the customer paid on top; null where there are none.</param>
    public Order PaidBefore(string transactionId, long? amount, long? amountBeforeFees = null) => this with
    {
        PaidBy = transactionId,
        PaidAmount = amount,
        PaidBeforeFees = amountBeforeFees,
        Parts = PartsBeside(transactionId),
        FreedFrom = null,
        FreedAmount = null,
        FreedBeforeFees = null,
        Transactions = Transactions.Contains(transactionId) ? Transactions : [.. Transactions, transactionId],
        Payments = [.. Payments.Where(p => p.TransactionId != transactionId), new(transactionId, OrderPaymentState.Paid, amount)],
    };

    /// <summary>The order when a payment is a part of its due.</summary>
    public Order With(string transactionId, PartHeld part) => this with
    {
        Parts = [.. PartsBeside(transactionId) ?? [], new(transactionId, part.Amount)],
        // As part of what is due it is no surplus.
        Payments = [.. Payments.Where(p => p.TransactionId != transactionId), new(transactionId, OrderPaymentState.Flagged, Payments.FirstOrDefault(p => p.TransactionId == transactionId)?.Amount ?? part.Amount)],
        Transactions = Transactions.Contains(transactionId) ? Transactions : [.. Transactions, transactionId],
    };

    /// <summary>The order when a transaction counts for it no longer: neither as its holder nor as a part.</summary>
    public Order ReleasedFrom(string transactionId) => IsPart(transactionId) ? this with { Parts = PartsBeside(transactionId) } : Freed();

    /// <summary>True when a transaction is a part of its due.</summary>
    public bool IsPart(string transactionId) => Parts?.Any(p => p.TransactionId == transactionId) == true;

    /// <summary>True when what its holder paid, with the parts beside it, is that due: gross, or without fees that the customer paid on top.</summary>
    public bool Covers(long due) => PaidAmount + PartsOf() == due || PaidBeforeFees + PartsOf() == due;

    /// <summary>How much of it is paid, whole XOF: by its holder, unless that was refunded, and by parts.</summary>
    /// <param name="beside">A transaction to leave out; null for none.</param>
    public long Received(string? beside = null) =>
        (PaidBy is not null && PaidBy != beside && !Refunded ? PaidBeforeFees ?? PaidAmount ?? 0 : 0) + PartsOf(beside);

    private long PartsOf(string? beside = null) => Parts?.Where(p => p.TransactionId != beside).Sum(p => p.Amount) ?? 0;

    // None is null: an order without parts is written as it was before there were any.
    private List<OrderPart>? PartsBeside(string transactionId) => Parts?.Where(p => p.TransactionId != transactionId).ToList() is { Count: > 0 } left ? left : null;

    // What is paid for the order, less the parts: what this payment alone is worth.
    private long? BeforeFees(OrderPaid paid) => (paid.PaidForOrder ?? paid.Amount) - PartsOf(paid.TransactionId) is var own && own != paid.Amount ? own : null;

    /// <summary>The order after an outcome of one of its transactions.</summary>
    public Order After(OrderEvent outcome)
    {
        var of = Payments.FirstOrDefault(p => p.TransactionId == outcome.TransactionId);
        var payment = new OrderPayment(
            outcome.TransactionId,
            outcome switch
            {
                OrderPaid => OrderPaymentState.Paid,
                OrderRefunded => OrderPaymentState.Refunded,
                OrderPaymentFailed => OrderPaymentState.Failed,
                OrderPaymentFlagged when of is { State: OrderPaymentState.Paid or OrderPaymentState.Refunded } => of.State,
                OrderPaymentFlagged { Reason: FlagReason.AlreadyPaid } => OrderPaymentState.Surplus,
                _ => OrderPaymentState.Flagged,
            },
            outcome switch
            {
                OrderPaid paid => paid.Amount,
                OrderRefunded refunded => refunded.Amount,
                OrderPaymentFlagged flagged => flagged.Amount ?? of?.Amount,
                _ => of?.Amount,
            });
        var order = this with
        {
            Transactions = Transactions.Contains(outcome.TransactionId) ? Transactions : [.. Transactions, outcome.TransactionId],
            Payments = [.. Payments.Where(p => p.TransactionId != outcome.TransactionId), payment],
            // Whatever is said of it now, it is no part any more: one that makes the due full holds the order.
            Parts = PartsBeside(outcome.TransactionId),
        };
        return outcome switch
        {
            OrderPaid paid => order with { PaidBy = paid.TransactionId, PaidAmount = paid.Amount, PaidBeforeFees = BeforeFees(paid), FreedFrom = null, FreedAmount = null, FreedBeforeFees = null },
            OrderRefunded when FreedFrom == outcome.TransactionId => order with { FreedFrom = null, FreedAmount = null, FreedBeforeFees = null },
            OrderRefunded when PaidBy == outcome.TransactionId => order with { Refunded = true },
            _ => order,
        };
    }
}

/// <summary>How an order stands.</summary>
public enum OrderState
{
    /// <summary>Nobody announced it and nobody paid it; at most an attempt failed.</summary>
    Unpaid,

    /// <summary>Announced, not paid.</summary>
    Due,

    /// <summary>A payment for it was flagged and needs review.</summary>
    InQuestion,

    /// <summary>A person accepted payments as parts of its due, which they do not make full yet.</summary>
    PartlyPaid,

    /// <summary>Paid once.</summary>
    Paid,

    /// <summary>Paid once, with more than was due.</summary>
    Overpaid,

    /// <summary>Paid, and another transaction took the customer's money for it too: a refund is owed.</summary>
    PaidTwice,

    /// <summary>The transaction that paid it was refunded.</summary>
    Refunded,
}

/// <summary>What a transaction did for its order.</summary>
public enum OrderPaymentState
{
    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It was flagged: whether it pays is in question.</summary>
    Flagged,

    /// <summary>It paid the order.</summary>
    Paid,

    /// <summary>It took money for an order that another had paid.</summary>
    Surplus,

    /// <summary>Its money was given back.</summary>
    Refunded,
}

/// <summary>One transaction's part in an order.</summary>
/// <param name="TransactionId">KKiaPay's id.</param>
/// <param name="State">What it did.</param>
/// <param name="Amount">Its verified gross amount, whole XOF; null when not known.</param>
public sealed record OrderPayment(string TransactionId, OrderPaymentState State, long? Amount);

/// <summary>A part of an order's due.</summary>
/// <param name="TransactionId">The transaction that paid it, by KKiaPay's id.</param>
/// <param name="Amount">How much of the order it pays, whole XOF.</param>
public sealed record OrderPart(string TransactionId, long Amount);

/// <summary>An order's due was announced, or revised.</summary>
/// <param name="OrderId">The shop's order id.</param>
/// <param name="Amount">Due, gross, whole XOF, above 0.</param>
/// <param name="TransactionId">A transaction that will pay it; null when not known.</param>
/// <param name="AnnouncedAt">When it was recorded, UTC.</param>
/// <param name="By">Who, where the announcement says so; null for one from the bus.</param>
/// <param name="SentAt">When the shop sent it, by the sender's clock, UTC; null when it did not say. An older one never replaces a newer one.</param>
public sealed record OrderAnnounced(string OrderId, long Amount, string? TransactionId, DateTimeOffset AnnouncedAt, string? By = null, DateTimeOffset? SentAt = null);

/// <summary>The shop took back what it had announced, or said beforehand that it does not expect the order to be paid.</summary>
/// <param name="OrderId">The shop's order id.</param>
/// <param name="WithdrawnAt">When it was recorded, UTC.</param>
/// <param name="By">Who; null for one from the bus.</param>
/// <param name="SentAt">When the shop sent it, by the sender's clock, UTC; null when it did not say.</param>
public sealed record OrderWithdrawn(string OrderId, DateTimeOffset WithdrawnAt, string? By = null, DateTimeOffset? SentAt = null);
