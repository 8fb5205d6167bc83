using System.Text.Json.Serialization;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Ledger.Payments;

/// <summary>How a payment stands for the shop.</summary>
public enum PaymentOutcome
{
    /// <summary>Nothing decided yet.</summary>
    Open,

    /// <summary>OrderPaymentFailed went out; a late success may still overtake it.</summary>
    Failed,

    /// <summary>Only a flag went out: it needs review.</summary>
    Flagged,

    /// <summary>OrderPaid went out.</summary>
    Paid,

    /// <summary>OrderRefunded went out.</summary>
    Refunded,

    /// <summary>A person decided that it pays for nothing here.</summary>
    Rejected,
}

/// <summary>How far a refund has come.</summary>
public enum RefundState
{
    /// <summary>None was asked for, or KKiaPay refused it.</summary>
    None,

    /// <summary>Asked for, and not sent, or sent and not taken: it will be.</summary>
    Requested,

    /// <summary>Sent; no answer is known. It is not sent again unless a person settles that KKiaPay did not do it.</summary>
    Sent,

    /// <summary>KKiaPay says that it is done; verifying has not confirmed it yet.</summary>
    Accepted,
}

/// <summary>What an answer of KKiaPay's says of money.</summary>
/// <param name="Amount">Gross, whole XOF; null where it can't be read.</param>
/// <param name="BeforeFees">The same without fees that the customer paid on top; null when there are none.</param>
public sealed record AnsweredAmounts(long? Amount, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? BeforeFees)
{
    /// <summary>How much of an order it pays, whole XOF: the gross amount where that is what is due, else without fees that the customer paid on top; null when it can't be read.</summary>
    /// <param name="due">What the order is due; null when nobody announced it.</param>
    public long? WorthFor(long? due) => due == Amount ? Amount : BeforeFees ?? Amount;
}

/// <summary>A payment's state: its stream's events, applied one after the other. Also kept as a document, written in the same commit.</summary>
public sealed record Payment
{
    /// <summary>The stream's id.</summary>
    public required string Id { get; init; }

    /// <summary>The stream's version: how many events are in it.</summary>
    public int Version { get; set; }

    /// <summary>The merchant.</summary>
    public required string Merchant { get; init; }

    /// <summary>KKiaPay's transaction id.</summary>
    public required string TransactionId { get; init; }

    /// <summary>How it stands.</summary>
    public PaymentOutcome Outcome { get; init; }

    /// <summary>The reasons it is flagged for that nobody has reviewed yet, each once.</summary>
    public IReadOnlyList<FlagReason> Flags { get; init; } = [];

    /// <summary>The order of the last outcome, else the first that is named; null when none.</summary>
    public string? OrderId { get; init; }

    /// <summary>The order that the shop announced for this transaction; null when it did not.</summary>
    public string? AnnouncedOrderId { get; init; }

    /// <summary>The verified amount of the last outcome, whole XOF.</summary>
    public long? Amount { get; init; }

    /// <summary>Digests of the claims recorded so far.</summary>
    public IReadOnlyList<string> ClaimDigests { get; init; } = [];

    /// <summary>Distinct amounts that claims named, whole XOF.</summary>
    public IReadOnlyList<long> ClaimedAmounts { get; init; } = [];

    /// <summary>Distinct orders that claims named.</summary>
    public IReadOnlyList<string> ClaimedOrderIds { get; init; } = [];

    /// <summary>When the last claim that says success arrived, UTC; null while none did. A hint: KKiaPay's API may be behind its own webhook.</summary>
    public DateTimeOffset? SuccessClaimedAt { get; init; }

    /// <summary>When the first claim arrived, UTC; null while none did.</summary>
    public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>When the ledger first heard of it, by claim or announcement, UTC.</summary>
    public DateTimeOffset FirstSeenAt { get; init; }

    /// <summary>The last answer's status; null while there is none.</summary>
    public TransactionStatus? LastStatus { get; init; }

    /// <summary>The order that the last answer named; null when none.</summary>
    public string? AnsweredOrderId { get; init; }

    /// <summary>The amounts that the last answer named; null while there is none, or when a version before this noted it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AnsweredAmounts? Answered { get; init; }

    /// <summary>When KKiaPay gave its last answer, UTC; null while there is none.</summary>
    public DateTimeOffset? LastAnsweredAt { get; init; }

    /// <summary>When the first of the answers came, UTC, that have said failed or cancelled ever since; null when the last one did not.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>How many answers in a row left something to wait for; counted anew from the first that says failed or cancelled.</summary>
    public int UndecidedAnswers { get; init; }

    /// <summary>How many answers in a row said that KKiaPay does not know the transaction.</summary>
    public int UnknownAnswers { get; init; }

    /// <summary>The last review that accepted or rejected; null while there is none.</summary>
    public FlagReviewed? Review { get; init; }

    /// <summary>A person's word that it is a part of what its order is due; null while there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PartAccepted? Part { get; init; }

    /// <summary>The order that it is a part of; null when it is none: whatever is said of it later ends that.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PartOf { get; init; }

    /// <summary>KKiaPay's amount that a person looks at, whole XOF: what it paid, else what the last answer named. Null where that can't be read.</summary>
    [JsonIgnore]
    public long? SeenAmount => Outcome != PaymentOutcome.Paid && Answered is { } answered ? answered.Amount : Amount;

    /// <summary>How far a refund has come.</summary>
    public RefundState Refund { get; init; }

    /// <summary>Why the refund was asked for; null when none was.</summary>
    public string? RefundReason { get; init; }

    /// <summary>When it was asked for, or settled as done by a person, UTC; null when none was.</summary>
    public DateTimeOffset? RefundRequestedAt { get; init; }

    /// <summary>The last sending's id: an answer to another one changes nothing. Null when none was sent, or by a version whose sendings had none.</summary>
    public Guid? RefundSendingId { get; init; }

    /// <summary>When the sending that is still without an answer began, UTC; null when none is under way.</summary>
    public DateTimeOffset? RefundUnderWaySince { get; init; }

    /// <summary>KKiaPay's words when it refused the last refund, until that is flagged or the money turns out to be given back; null otherwise.</summary>
    public string? RefundRefusal { get; init; }

    /// <summary>True from the asking for a refund until KKiaPay refuses it or verifying confirms it.</summary>
    [JsonIgnore]
    public bool AwaitsRefund => Refund != RefundState.None && Outcome != PaymentOutcome.Refunded;

    /// <summary>True while KKiaPay is asked because of a refund: to confirm it, or to see whether a refused one had been given back before.</summary>
    [JsonIgnore]
    public bool FollowsRefund => AwaitsRefund || (RefundRefusal is not null && Outcome != PaymentOutcome.Refunded);

    /// <summary>The payment's method, when known.</summary>
    public string? Method { get; init; }

    /// <summary>The event id of the last OrderPaymentFailed.</summary>
    public Guid? FailedEventId { get; init; }

    /// <summary>The event id of the OrderPaid.</summary>
    public Guid? PaidEventId { get; init; }

    /// <summary>The order that it paid: OrderPaid named it, or it was named since; null while unpaid, when nobody named one, or after a person released it.</summary>
    public string? PaidOrderId { get; init; }

    /// <summary>The order that a person released from it; null when none was, or it holds one again.</summary>
    public string? ReleasedOrderId { get; init; }

    /// <summary>How many outcomes went out.</summary>
    public int Outcomes { get; init; }

    /// <summary>A payment that nothing is known of yet.</summary>
    public static Payment New(PaymentKey key) =>
        new() { Id = key.StreamId, Merchant = key.Merchant, TransactionId = key.TransactionId };

    /// <summary>The key.</summary>
    public PaymentKey Key() => new(Merchant, TransactionId);

    /// <summary>True when a webhook said success after anybody last looked at it: where KKiaPay's API says otherwise, one of them is behind.</summary>
    [JsonIgnore]
    public bool HasUnreviewedSuccess => SuccessClaimedAt is { } claimed && !(Review?.At >= claimed);

    /// <summary>True when a person rejected this very answer: what it says is known, and settled.</summary>
    public bool IsRejectedAs(VerificationAnswered answer) =>
        Outcome == PaymentOutcome.Rejected && Review is { } review && review.Status == answer.Status && review.Amount == answer.Answer.Amount;

    /// <summary>True when this very claim was recorded already.</summary>
    public bool Knows(WebhookRecorded claim) => ClaimDigests.Contains(claim.BodySha256);

    /// <summary>The state after one more event of the stream. An event that it does not know leaves it as it is. (Not called Apply: Marten takes a method of that name for its own convention.)</summary>
    public Payment Evolve(object e) => e switch
    {
        WebhookRecorded claim => this with
        {
            ClaimDigests = With(ClaimDigests, claim.BodySha256),
            ClaimedAmounts = claim.Amount is { } amount ? With(ClaimedAmounts, amount) : ClaimedAmounts,
            ClaimedOrderIds = claim.OrderId is { } order ? With(ClaimedOrderIds, order) : ClaimedOrderIds,
            OrderId = OrderId ?? claim.OrderId,
            SuccessClaimedAt = IsSuccess(claim) ? claim.ReceivedAt : SuccessClaimedAt,
            // The API may be seconds behind its own webhook: however seldom it was asked by now, it is asked again soon.
            UndecidedAnswers = IsSuccess(claim) ? 0 : UndecidedAnswers,
            ReceivedAt = ReceivedAt ?? claim.ReceivedAt,
            FirstSeenAt = FirstSeenAt == default ? claim.ReceivedAt : FirstSeenAt,
        },
        PaymentAnnounced announced => this with
        {
            AnnouncedOrderId = announced.OrderId,
            OrderId = announced.OrderId,
            FirstSeenAt = FirstSeenAt == default ? announced.AnnouncedAt : FirstSeenAt,
        },
        VerificationAnswered answered => this with
        {
            LastStatus = answered.Status,
            Method = answered.Answer.Method ?? Method,
            LastAnsweredAt = answered.AnsweredAt,
            AnsweredOrderId = answered.OrderId,
            Answered = new(answered.Answer.Amount, answered.Answer.AmountBeforeFees),
            FailingSince = IsFailing(answered.Status) ? FailingSince ?? answered.AnsweredAt : null,
            UndecidedAnswers = (answered.Status, FailingSince, FollowsRefund) switch
            {
                (_, _, true) or (TransactionStatus.Pending or TransactionStatus.NotFound or TransactionStatus.NotYours, _, _) => UndecidedAnswers + 1,
                (TransactionStatus.Failed or TransactionStatus.Cancelled, null, _) => 1,
                (TransactionStatus.Failed or TransactionStatus.Cancelled, _, _) => UndecidedAnswers + 1,
                _ => 0,
            },
            UnknownAnswers = answered.Status == TransactionStatus.NotFound ? UnknownAnswers + 1 : 0,
            // Nobody has to look at what KKiaPay itself has since taken back.
            Flags = answered is { Status: TransactionStatus.Complete, IsPaymentReceived: true } ? [.. Flags.Where(f => !EndsWithMoney.Contains(f))] : Flags,
        },
        OrderHeld held => this with { PaidOrderId = held.OrderId, OrderId = held.OrderId, ReleasedOrderId = null },
        // What was accepted before was accepted for a payment that held the order.
        OrderReleased released => this with { PaidOrderId = null, ReleasedOrderId = released.OrderId, Review = null, Part = null, PartOf = null },
        // No failure any more, and whatever was held against it before, it holds no longer.
        PartHeld part => this with { PartOf = part.OrderId, OrderId = part.OrderId, ReleasedOrderId = null, Outcome = PaymentOutcome.Flagged, Flags = [] },
        PartAccepted part => this with
        {
            Part = part,
            Flags = [.. Flags.Except(part.Flags)],
            RefundRefusal = null,
            Outcome = Outcome == PaymentOutcome.Rejected ? PaymentOutcome.Flagged : Outcome,
        },
        FlagReviewed { Verdict: FlagVerdict.AskedAgain } => this,
        FlagReviewed review => this with
        {
            Review = review,
            Flags = [.. Flags.Except(review.Flags)],
            RefundRefusal = null,
            Outcome = (Outcome, review.Verdict) switch
            {
                (PaymentOutcome.Flagged, FlagVerdict.Rejected) => PaymentOutcome.Rejected,
                (PaymentOutcome.Rejected, FlagVerdict.Accepted) => PaymentOutcome.Flagged,
                _ => Outcome,
            },
        },
        RefundRequested refund => this with
        {
            Refund = RefundState.Requested,
            RefundReason = refund.Reason,
            RefundRequestedAt = refund.At,
            RefundRefusal = null,
            UndecidedAnswers = 0,
        },
        RefundSent sent => this with { Refund = RefundState.Sent, RefundSendingId = sent.SendingId, RefundUnderWaySince = sent.At },
        RefundAnswered refund when refund.SendingId is { } of && RefundSendingId is { } last && of != last => this,
        RefundAnswered { By: not null } settled => this with
        {
            Refund = settled.Answer == RefundAnswer.Accepted ? RefundState.Accepted : RefundState.None,
            RefundUnderWaySince = null,
            // The day's wait for confirmation starts again: the person has seen what was flagged so far.
            RefundRequestedAt = settled.At,
            Flags = [.. Flags.Where(f => f != FlagReason.RefundUnconfirmed)],
            UndecidedAnswers = 0,
        },
        RefundAnswered refund => this with
        {
            RefundUnderWaySince = null,
            // Where sendings have no id, refusals led to no flag when they were recorded: none follows from them now.
            RefundRefusal = refund is { Answer: RefundAnswer.Refused, SendingId: not null } ? refund.Detail ?? "" : null,
            Refund = refund.Answer switch
            {
                RefundAnswer.Accepted => RefundState.Accepted,
                RefundAnswer.Refused => RefundState.None,
                RefundAnswer.NotTaken => RefundState.Requested,
                _ => Refund,
            },
        },
        // Whatever was held against it before, it holds no longer.
        OrderPaid paid => Decided(paid, PaymentOutcome.Paid, paid.Amount) with { PaidEventId = paid.EventId, PaidOrderId = paid.OrderId, ReleasedOrderId = null, Flags = [] },
        OrderPaymentFailed failed => Decided(failed, PaymentOutcome.Failed, failed.Amount) with { FailedEventId = failed.EventId },
        OrderRefunded refunded => Decided(refunded, PaymentOutcome.Refunded, refunded.Amount),
        // A flag on a payment that is paid or refunded is a note beside it: it takes neither the outcome back nor its amount.
        OrderPaymentFlagged flagged when Outcome is PaymentOutcome.Paid or PaymentOutcome.Refunded || (Outcome, flagged.Reason) is (PaymentOutcome.Failed, FlagReason.Contradiction) or (PaymentOutcome.Rejected, FlagReason.RefundUnconfirmed) =>
            this with { Flags = With(Flags, flagged.Reason), Outcomes = Outcomes + 1, OrderId = flagged.OrderId ?? OrderId, RefundRefusal = Untold(flagged), PartOf = null },
        OrderPaymentFlagged flagged => Decided(flagged, PaymentOutcome.Flagged, flagged.Amount ?? Amount) with { Flags = With(Flags, flagged.Reason), RefundRefusal = Untold(flagged) },
        _ => this,
    };

    // What is said of a transaction while KKiaPay does not confirm that money came in.
    private static readonly FlagReason[] EndsWithMoney = [FlagReason.NotAPayment, FlagReason.MerchantMismatch, FlagReason.UnknownTransaction, FlagReason.StillPending];

    private static bool IsSuccess(WebhookRecorded claim) => claim.Event == "transaction.success";

    private static bool IsFailing(TransactionStatus status) => status is TransactionStatus.Failed or TransactionStatus.Cancelled;

    private string? Untold(OrderPaymentFlagged flagged) => flagged.Reason == FlagReason.RefundUnconfirmed ? null : RefundRefusal;

    private Payment Decided(OrderEvent outcome, PaymentOutcome kind, long? amount) =>
        this with { Outcome = kind, OrderId = outcome.OrderId ?? OrderId, Amount = amount, Outcomes = Outcomes + 1, PartOf = null };

    private static IReadOnlyList<T> With<T>(IReadOnlyList<T> list, T item) =>
        list.Contains(item) ? list : [.. list, item];
}
