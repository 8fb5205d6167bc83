using System.Globalization;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Ledger.Payments;

/// <summary>
/// The decision about a payment: what the ledger knows plus one verification gives at most one outcome. A pure function:
/// no clock, no I/O, the same answer for the same facts, which is what makes an audit able to take it again.
/// </summary>
public static class PaymentDecision
{
    /// <summary>How far apart the two answers are, at least, that together fail a payment: KKiaPay is asked once more before a buyer is told.</summary>
    public static readonly TimeSpan FailureConfirmation = TimeSpan.FromSeconds(5);

    /// <summary>How long a payment may stay pending before it is flagged; it is asked about daily from then.</summary>
    public static readonly TimeSpan PendingPatience = TimeSpan.FromHours(24);

    /// <summary>How long to keep polling when the webhook says success but the API says failed, before flagging it.</summary>
    public static readonly TimeSpan SuccessPatience = TimeSpan.FromHours(24);

    /// <summary>How long to keep asking about a transaction that KKiaPay does not know, or calls another merchant's: a misconfiguration may still get fixed.</summary>
    public static readonly TimeSpan UnknownFollowed = TimeSpan.FromDays(7);

    /// <summary>How long to keep asking about an announced transaction after it failed: the shop waits for it, and mobile money sometimes confirms late.</summary>
    public static readonly TimeSpan FailedFollowed = TimeSpan.FromHours(24);

    /// <summary>How long a refund may stay unconfirmed before it is flagged; it is verified daily from then.</summary>
    public static readonly TimeSpan RefundPatience = TimeSpan.FromHours(24);

    /// <summary>How many "unknown" answers in a row before we treat the webhook as forged.</summary>
    public const int UnknownPatience = 5;

    /// <summary>Decides.</summary>
    /// <param name="payment">The payment as its stream stands, claims applied, this verification not.</param>
    /// <param name="order">The order that the payment is for (<see cref="OrderOf(Payment, VerificationAnswered)"/>), as the ledger knows it; null when it names none.</param>
    /// <param name="verification">What KKiaPay just answered.</param>
    /// <param name="policy">The merchant's rules.</param>
    /// <returns>The outcome to append and deliver; null when nothing new follows.</returns>
    public static OrderEvent? Decide(Payment payment, Order? order, VerificationAnswered verification, OrderPolicy policy)
    {
        var facts = new Facts(payment, order, verification);
        return (payment.Outcome, verification.Status) switch
        {
            (PaymentOutcome.Refunded, _) => null,
            // Money that is on its way back pays for nothing, whatever else is learned meanwhile.
            (_, TransactionStatus.Complete) when payment.AwaitsRefund => RefundOverdue(facts),
            (_, TransactionStatus.Complete) when payment.RefundRefusal is not null => RefundRefused(facts),
            (PaymentOutcome.Paid, TransactionStatus.Refunded) => Refunded(facts),
            (PaymentOutcome.Paid, TransactionStatus.Complete) => StillAgrees(facts),
            (PaymentOutcome.Paid, TransactionStatus.Pending) => null,
            (PaymentOutcome.Paid, _) => FlagOnce(facts, FlagReason.Contradiction,
                $"KKiaPay confirmed this payment before and now answers {verification.Answer.ProviderStatus}. Ask KKiaPay's support; the goods may be gone."),

            (_, TransactionStatus.Refunded) => Refunded(facts),
            _ when payment.IsRejectedAs(verification) => null,
            (_, TransactionStatus.Complete) => PaidUnless(facts, policy),

            (PaymentOutcome.Failed, TransactionStatus.Failed or TransactionStatus.Cancelled) when facts.IsSuccessOverdue => Contradicted(facts, "has called it failed for a day"),
            (PaymentOutcome.Failed, TransactionStatus.NotFound) when facts.IsSuccessOverdue => Contradicted(facts, "does not know it, a day later"),
            (PaymentOutcome.Failed, TransactionStatus.NotYours or TransactionStatus.NotAPayment) when payment.SuccessClaimedAt is not null =>
                Contradicted(facts, $"answers {verification.Answer.ProviderStatus}. Check the merchant's keys"),
            (PaymentOutcome.Failed, _) => null,

            (_, TransactionStatus.Failed or TransactionStatus.Cancelled) => facts.Verification.AnsweredAt - payment.FailingSince >= FailureConfirmation ? Failed(facts) : null,

            (_, TransactionStatus.Pending) => verification.AnsweredAt - payment.FirstSeenAt < PendingPatience
                ? null
                : FlagOnce(facts, FlagReason.StillPending, "KKiaPay has not decided this payment for a day. It is asked again daily; ask KKiaPay's support."),
            (_, TransactionStatus.NotFound) => payment.UnknownAnswers + 1 < UnknownPatience
                ? null
                : FlagOnce(facts, FlagReason.UnknownTransaction, "KKiaPay does not know this transaction, asked repeatedly: the webhook is likely forged. Check who knows the webhook secret."),
            (_, TransactionStatus.NotYours) => FlagOnce(facts, FlagReason.MerchantMismatch, "KKiaPay says that this transaction belongs to another merchant. Check the merchant's keys and webhook secret."),
            (_, TransactionStatus.NotAPayment) => FlagOnce(facts, FlagReason.NotAPayment, "KKiaPay says that this transaction is not a payment received."),
            _ => throw new ArgumentOutOfRangeException(nameof(verification), verification.Status, "A status that this version does not know."),
        };
    }

    /// <summary>
    /// The order that a payment is for: the one it paid, once it paid one, or is a part of. Until then, the one that the provider's answer
    /// names; else the one that the shop announced for the transaction; else the first that a webhook named (answers
    /// about failures and refunds often name none); else the one of its last outcome.
    /// </summary>
    public static string? OrderOf(Payment payment, VerificationAnswered? verification) => OrderOf(payment, verification?.OrderId);

    /// <summary>The order that a payment is for, by all that was answered so far.</summary>
    public static string? OrderOf(Payment payment) => OrderOf(payment, payment.AnsweredOrderId);

    private static string? OrderOf(Payment payment, string? answered) =>
        payment.PaidOrderId
        ?? payment.PartOf
        ?? answered
        ?? payment.AnnouncedOrderId
        ?? (payment.ClaimedOrderIds.Count > 0 ? payment.ClaimedOrderIds[0] : payment.OrderId);

    /// <summary>True while KKiaPay is to be asked again although it answered.</summary>
    /// <param name="payment">The payment, with that answer and what followed from it.</param>
    /// <param name="answer">The answer.</param>
    public static bool IsOpenAfter(Payment payment, VerificationAnswered answer) => (payment.Outcome, answer.Status) switch
    {
        _ when payment.FollowsRefund => true,
        (PaymentOutcome.Paid or PaymentOutcome.Refunded, _) => false,
        (_, TransactionStatus.Pending) => true,
        (PaymentOutcome.Open or PaymentOutcome.Flagged, TransactionStatus.NotFound or TransactionStatus.NotYours) => answer.AnsweredAt - payment.FirstSeenAt < UnknownFollowed,
        (PaymentOutcome.Rejected, TransactionStatus.NotFound) => IsSuccessAwaited(payment, answer, UnknownFollowed),
        (PaymentOutcome.Failed, TransactionStatus.Failed or TransactionStatus.Cancelled or TransactionStatus.NotFound) =>
            (payment.HasUnreviewedSuccess && !payment.Flags.Contains(FlagReason.Contradiction)) || IsAnnouncedFailureFollowed(payment, answer),
        (PaymentOutcome.Failed, TransactionStatus.NotYours) => IsAnnouncedFailureFollowed(payment, answer),
        (_, TransactionStatus.Failed or TransactionStatus.Cancelled) => !payment.IsRejectedAs(answer) || IsSuccessAwaited(payment, answer, SuccessPatience),
        _ => false,
    };

    /// <summary>
    /// True when a payment that was accepted before now takes hold of its order: it had named none, or had lost it, and no
    /// objection stands that a person has not accepted. Asked only where nothing else follows from the answer.
    /// </summary>
    /// <param name="payment">The payment, with that answer.</param>
    /// <param name="order">The order that it is for.</param>
    /// <param name="answer">The answer.</param>
    public static bool Holds(Payment payment, Order order, VerificationAnswered answer)
    {
        var facts = new Facts(payment, order, answer);
        return (payment.Outcome, answer.Status, order.PaidBy) is (PaymentOutcome.Paid, TransactionStatus.Complete, null)
            && !payment.AwaitsRefund
            && (payment.PaidOrderId is null || payment.PaidOrderId == order.OrderId)
            && (payment.ReleasedOrderId != order.OrderId || facts.IsAccepted(FlagReason.OrderMismatch))
            && (order.Due is not { } due || facts.Pays(due) || facts.IsAccepted(FlagReason.AmountMismatch))
            && (order.LookAlike is null || facts.IsAccepted(FlagReason.OrderMismatch))
            && (!order.Withdrawn || facts.IsAccepted(FlagReason.Unannounced));
    }

    /// <summary>
    /// The part of what its order is due that a payment now becomes: a person said so, no objection stands, and it neither makes
    /// the due full nor is a part already. Asked only where nothing else follows from the answer.
    /// </summary>
    /// <param name="payment">The payment, with that answer.</param>
    /// <param name="order">The order that it is for.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="policy">The merchant's rules.</param>
    /// <returns>The part; null when it becomes none.</returns>
    public static PartHeld? Part(Payment payment, Order order, VerificationAnswered answer, OrderPolicy policy)
    {
        var facts = new Facts(payment, order, answer);
        return (payment.Outcome, answer.Status, payment.PartOf) is (PaymentOutcome.Open or PaymentOutcome.Flagged or PaymentOutcome.Failed, TransactionStatus.Complete, null)
            && facts.IsPart && !facts.MakesFull && !payment.FollowsRefund && ObjectionTo(facts, policy) is null
                ? new(order.OrderId, facts.Worth, answer.AnsweredAt)
                : null;
    }

    private static bool IsAnnouncedFailureFollowed(Payment payment, VerificationAnswered answer) =>
        payment.AnnouncedOrderId is not null && answer.AnsweredAt - (payment.FailingSince ?? payment.FirstSeenAt) < FailedFollowed;

    // A person's verdict holds, and what a webhook told since is not forgotten.
    private static bool IsSuccessAwaited(Payment payment, VerificationAnswered answer, TimeSpan patience) =>
        payment.HasUnreviewedSuccess && answer.AnsweredAt - payment.SuccessClaimedAt < patience;

    private static OrderEvent? PaidUnless(Facts facts, OrderPolicy policy)
    {
        if (ObjectionTo(facts, policy) is { } objection)
            return FlagOnce(facts, objection.Reason, objection.Detail, objection.OtherTransactionId);
        if (facts.IsPart && !facts.MakesFull)
            return null;

        var (payment, order, verification) = facts;
        var answer = verification.Answer;
        var amount = facts.Amount!.Value;
        var forOrder = facts.Worth + (order?.Received(payment.TransactionId) ?? 0);
        return facts.Complete(new OrderPaid
        {
            EventId = facts.EventId(nameof(OrderPaid)),
            Merchant = payment.Merchant,
            TransactionId = payment.TransactionId,
            DecidedAt = verification.AnsweredAt,
            Amount = amount,
            DueAmount = order?.Due,
            PaidForOrder = forOrder == amount ? null : forOrder,
            AmountStated = facts.IsStated ? true : null,
            Fees = answer.Fees,
            Net = answer.Net,
            SupersedesEventId = payment.FailedEventId,
        });
    }

    // The first thing that speaks against a payment that KKiaPay confirms, and that no person has accepted.
    private static Objection? ObjectionTo(Facts facts, OrderPolicy policy)
    {
        var (payment, order, verification) = facts;
        var answer = verification.Answer;

        if (!verification.IsPaymentReceived)
            return new(FlagReason.NotAPayment, $"KKiaPay says that this transaction is a {answer.Type}, not a payment received (DEBIT).");

        if (facts.Amount is not { } amount)
            return new(FlagReason.AmountMismatch, $"KKiaPay confirmed the payment, and its answer has {(answer.AmountText is { } text ? $"'{text}' for an amount, which is no whole number of XOF or could be two" : "no usable amount")}: it can't be held against the order. Money came, so don't reject it. Look it up in KKiaPay's dashboard and accept it at the amount that stands there (kkia flag accept, with --amount), or ask KKiaPay's support.");

        if (payment.AnnouncedOrderId is { } announced && verification.OrderId is { } named && announced != named && !facts.IsAccepted(FlagReason.OrderMismatch))
            return new(FlagReason.OrderMismatch, $"The shop announced this transaction for order {announced}; the payment names order {named}.");

        if (payment.ClaimedOrderIds.Count > 0 && facts.OrderId is { } orderId && !payment.ClaimedOrderIds.Contains(orderId) && !facts.IsAccepted(FlagReason.OrderMismatch))
            return new(FlagReason.OrderMismatch, $"The webhook named order {payment.ClaimedOrderIds[0]}; the verified payment is for order {orderId}.");

        if (verification.OrderId is null && payment.AnnouncedOrderId is null && payment.ClaimedOrderIds.Count > 1 && !facts.IsAccepted(FlagReason.OrderMismatch))
            return new(FlagReason.OrderMismatch, $"Webhooks named different orders ({string.Join(", ", payment.ClaimedOrderIds)}) and KKiaPay's answer names none.");

        if (order?.LookAlike is { } alike && !facts.IsAccepted(FlagReason.OrderMismatch))
            return new(FlagReason.OrderMismatch, $"The payment names order {order.OrderId}, which nobody announced; order {alike}, which the shop announced, differs from it only by case, accents, invisible characters or number form. A database may take one for the other.");

        if (order?.Due is { } due && !facts.Pays(due) && !facts.IsAccepted(FlagReason.AmountMismatch))
            return new(FlagReason.AmountMismatch, Mismatch(facts, order, due));

        if (facts.IsPart && order?.Due is { } whole && facts.Together > whole)
            return new(FlagReason.AmountMismatch, $"The order is due {Xof(whole)}; with the payments accepted for it, this part would make it {Xof(facts.Together)}. Refund what is too much, or accept this payment as the whole.");

        if (payment.ClaimedAmounts.Count > 0 && !facts.IsClaimed && !facts.IsAccepted(FlagReason.AmountMismatch))
            return new(FlagReason.AmountMismatch, $"The webhook claimed {Xof(payment.ClaimedAmounts[0])}; KKiaPay says that {Xof(amount)} was paid.");

        if (!facts.IsPart && order?.PaidBy is { } other && other != payment.TransactionId)
            return new(FlagReason.AlreadyPaid, AlreadyPaid(order, other, amount), other);

        if (!facts.IsPart && order?.Received(payment.TransactionId) > 0 && !facts.IsAccepted(FlagReason.AmountMismatch))
            return new(FlagReason.AmountMismatch, $"The order is due {(order.Due is { } all ? Xof(all) : "nothing that is known")}, and {Xof(order.Received(payment.TransactionId))} of it was accepted as a part: with these {Xof(facts.Worth)} it has {Xof(facts.Together)}. Refund what is too much, or accept this payment.");

        if (facts.OrderId is null && policy.WithoutReference == OrderRule.Flag && !facts.IsAccepted(FlagReason.WithoutReference))
            return new(FlagReason.WithoutReference, "The payment names no order, and Orders__WithoutReference is Flag.");

        if (order is { Withdrawn: true } && !facts.IsAccepted(FlagReason.Unannounced))
            return new(FlagReason.Unannounced, "The shop withdrew this order and does not expect it to be paid. Refund the payment, or accept it; announcing the order again decides it anew.");

        if (order?.Due is null && policy.Unannounced == OrderRule.Flag && !facts.IsAccepted(FlagReason.Unannounced)
            && (facts.OrderId is not null || !facts.IsAccepted(FlagReason.WithoutReference)))
            return new(FlagReason.Unannounced, facts.OrderId is null
                ? "The payment names no order that can be read, its transaction was not announced, and Orders__Unannounced is Flag. Announcing an order with this transaction decides it again."
                : "Nobody announced this order, and Orders__Unannounced is Flag. Announcing it now decides the payment again.");

        return null;
    }

    private static string Mismatch(Facts facts, Order order, long due)
    {
        var (payment, worth) = (facts.Payment, facts.Worth);
        var before = order.Received(payment.TransactionId);
        var paid = $"The order is due {Xof(due)}; {Xof(worth)} was paid.";
        if (before > 0)
            return $"{paid} {Xof(before)} was accepted for it before: {(before + worth == due ? "this is the rest" : $"with this it has {Xof(before + worth)}")}. A person can accept it as a part (kkia flag accept, with --part), or refund it.";
        return $"{paid} The buyer may have changed the amount in the browser.";
    }

    // Paid, and KKiaPay says so again: the only news can be that it now says something else about the money, or that the
    // shop announced another due after the payment was accepted.
    private static OrderPaymentFlagged? StillAgrees(Facts facts)
    {
        var (payment, order, verification) = facts;
        if (verification.Answer.Amount is { } amount && amount != payment.Amount)
            return FlagOnce(facts, FlagReason.Contradiction, $"KKiaPay confirmed {Xof(payment.Amount ?? 0)} before and now says {Xof(amount)}. Ask KKiaPay's support.");
        if (payment.AnnouncedOrderId is { } announced && payment.PaidOrderId is { } paidOrder && announced != paidOrder && !facts.IsAcknowledged(FlagReason.OrderMismatch))
            return FlagOnce(facts, FlagReason.OrderMismatch, $"The shop announced this transaction for order {announced} after it had been accepted for order {paidOrder}.");
        if (payment.ReleasedOrderId is { } released && released == facts.OrderId && !facts.IsAcknowledged(FlagReason.OrderMismatch))
            return FlagOnce(facts, FlagReason.OrderMismatch, $"A person released order {released} from this payment: it pays for nothing here. Refund it, or accept it while no other payment holds the order.");
        if (order?.PaidBy is { } other && other != payment.TransactionId && payment is { PaidOrderId: null, ReleasedOrderId: null } && !facts.IsAcknowledged(FlagReason.AlreadyPaid))
            return FlagOnce(facts, FlagReason.AlreadyPaid, $"This payment was accepted without an order; order {facts.OrderId}, announced for it since, had been paid by transaction {other}. A refund is owed.", other);
        if (order?.LookAlike is { } alike && !facts.IsAcknowledged(FlagReason.OrderMismatch))
            return FlagOnce(facts, FlagReason.OrderMismatch, $"Order {alike} was announced after this payment had been accepted for order {order.OrderId}, which differs from it only by case, accents, invisible characters or number form. A database may take one for the other.");
        if (order is { Due: { } left, PaidBy: { } holder } && holder == payment.TransactionId && order.Received() < left && payment.Part?.OrderId == order.OrderId && !facts.IsAcknowledged(FlagReason.AmountMismatch))
            return FlagOnce(facts, FlagReason.AmountMismatch, $"The order is due {Xof(left)} and was paid in parts; one of them counts no longer: it has {Xof(order.Received())} now.");
        if (order?.Due is { } due && !facts.StillPays(order, due) && !facts.IsAcknowledged(FlagReason.AmountMismatch))
            return FlagOnce(facts, FlagReason.AmountMismatch, $"The order was announced at {Xof(due)} after {Xof(payment.Amount ?? 0)} had been accepted for it: this payment no longer pays it. Refund it, or accept it while no other payment holds the order.");
        if (order?.PaidBy is { } taker && taker != payment.TransactionId && payment.PaidOrderId == order.OrderId && order.Due is { } revised && facts.Pays(revised) && !facts.IsAcknowledged(FlagReason.AlreadyPaid))
            return FlagOnce(facts, FlagReason.AlreadyPaid, $"While the order was due another amount, transaction {taker} came to hold it: this payment no longer pays it. A refund is owed.", taker);
        if (order is { Withdrawn: true, PaidBy: null } && !facts.IsAcknowledged(FlagReason.Unannounced))
            return FlagOnce(facts, FlagReason.Unannounced, "The shop withdrew this order after it had freed it from this payment. Refund the payment, or accept it.");
        return null;
    }

    private static string AlreadyPaid(Order order, string other, long amount) => order.Refunded
        ? $"Transaction {other} paid this order and was refunded since. Release the order to have this payment pay it, or refund {Xof(amount)}."
        : $"Transaction {other} has already paid this order: a refund of {Xof(amount)} is owed, unless {other} should not hold the order; a person can release it.{(order.Due is null || order.Received() < order.Due ? " If this is the rest of what is due, a person can accept it as a part (kkia flag accept, with --part)." : "")}";

    private static OrderPaymentFlagged? Contradicted(Facts facts, string answer) =>
        FlagOnce(facts, FlagReason.Contradiction, $"A webhook said that this payment succeeded; KKiaPay's API {answer}. Ask KKiaPay's support.");

    private static OrderPaymentFlagged? RefundOverdue(Facts facts) =>
        facts.Verification.AnsweredAt - facts.Payment.RefundRequestedAt < RefundPatience
            ? null
            : FlagOnce(facts, FlagReason.RefundUnconfirmed,
                "A refund was asked for and KKiaPay still calls the payment complete. Look it up in KKiaPay's dashboard; it is not sent a second time from here unless a person settles that it was not done.");

    // Every refusal, even while an earlier one awaits review: whoever asked again waits for this answer.
    private static OrderPaymentFlagged RefundRefused(Facts facts) => Flag(facts, FlagReason.RefundUnconfirmed,
        $"KKiaPay refused the refund that was asked for ({(facts.Payment.RefundRefusal is { Length: > 0 } words ? words : "it gave no reason")}) and still calls the payment complete: nothing was given back. Look it up in KKiaPay's dashboard; a refund may be asked for again.");

    private static OrderPaymentFailed Failed(Facts facts)
    {
        var (payment, _, verification) = facts;
        var answer = verification.Answer;
        var advice = FailureCodes.Describe(
            answer.FailureCode ?? (answer.Status == TransactionStatus.Cancelled ? "cancelled" : CodeOf(answer.ProviderStatus)));
        return facts.Complete(new OrderPaymentFailed
        {
            EventId = facts.EventId(nameof(OrderPaymentFailed)),
            Merchant = payment.Merchant,
            TransactionId = payment.TransactionId,
            DecidedAt = verification.AnsweredAt,
            Amount = answer.Amount,
            FailureCode = advice.Code,
            FailureMessage = answer.FailureMessage,
            CustomerMessage = new(advice.English, advice.French),
            RetryAdvised = advice.RetryAdvised,
        });
    }

    // The Sdk dialect says some failures by the status alone (INSUFFICIENT_FUND).
    private static string? CodeOf(string providerStatus) =>
        providerStatus.Equals("FAILED", StringComparison.OrdinalIgnoreCase) ? null : providerStatus.ToLowerInvariant();

    private static OrderRefunded Refunded(Facts facts)
    {
        var (payment, _, verification) = facts;
        var answer = verification.Answer;
        return facts.Complete(new OrderRefunded
        {
            EventId = facts.EventId(nameof(OrderRefunded)),
            Merchant = payment.Merchant,
            TransactionId = payment.TransactionId,
            DecidedAt = verification.AnsweredAt,
            Amount = answer.Amount ?? payment.Amount ?? 0,
            PaidEventId = payment.PaidEventId,
        });
    }

    private static OrderPaymentFlagged? FlagOnce(Facts facts, FlagReason reason, string detail, string? otherTransactionId = null) =>
        facts.Payment.Flags.Contains(reason) ? null : Flag(facts, reason, detail, otherTransactionId);

    private static OrderPaymentFlagged Flag(Facts facts, FlagReason reason, string detail, string? otherTransactionId = null)
    {
        var (payment, order, verification) = facts;
        var answer = verification.Answer;
        return facts.Complete(new OrderPaymentFlagged
        {
            EventId = facts.EventId($"{nameof(OrderPaymentFlagged)}.{reason}"),
            Merchant = payment.Merchant,
            TransactionId = payment.TransactionId,
            DecidedAt = verification.AnsweredAt,
            Reason = reason,
            Detail = detail,
            Amount = answer.Amount,
            ExpectedAmount = order?.Due ?? (payment.ClaimedAmounts.Count > 0 ? payment.ClaimedAmounts[0] : null),
            OtherTransactionId = otherTransactionId,
        });
    }

    private static Payer? PayerOf(KkiapayTransaction answer) =>
        answer is { Phone: null, Name: null, Email: null }
            ? null
            : new Payer { Phone = answer.Phone, Name = answer.Name, Email = answer.Email };

    private static string Xof(long amount) => string.Create(CultureInfo.InvariantCulture, $"{amount} XOF");

    private readonly record struct Objection(FlagReason Reason, string Detail, string? OtherTransactionId = null);

    private readonly record struct Facts(Payment Payment, Order? Order, VerificationAnswered Verification)
    {
        public string? OrderId => OrderOf(Payment, Verification);

        public bool IsSuccessOverdue => Verification.AnsweredAt - Payment.SuccessClaimedAt >= SuccessPatience;

        // What was paid, gross: by KKiaPay's answer, else, where that has no amount to read, by the one that a person read in its dashboard.
        public long? Amount => Verification.Answer.Amount is > 0 and var answered ? answered : Stated;

        public bool IsStated => Verification.Answer.Amount is not > 0;

        private long? BeforeFees => Verification.Answer.AmountBeforeFees;

        public long Worth => new AnsweredAmounts(Amount, BeforeFees).WorthFor(Order?.Due) ?? 0;

        // What the order has with this payment.
        public long Together => Worth + (Order?.Received(Payment.TransactionId) ?? 0);

        public bool IsClaimed => Payment.ClaimedAmounts.Any(Pays);

        // Only fees that the customer paid on top are taken off; what KKiaPay keeps of the merchant's money is none of the order's business.
        public bool Pays(long due) => due == (Amount ?? Payment.Amount) || due == BeforeFees;

        // Parts beside it count for the one that holds the order.
        public bool StillPays(Order order, long due) => Pays(due) || (order.PaidBy == Payment.TransactionId && order.Covers(due));

        public bool IsPart => Order is not null && PartHere is { } part && !(IsReviewed(FlagReason.AmountMismatch) && Payment.Review!.At > part.At);

        // The order has its due with this payment, and no other holds it: it is paid.
        public bool MakesFull => Order is { PaidBy: null, Due: { } due } && Together == due;

        // A person's verdict holds for what that person saw: another amount, due or order is a new question.
        public bool IsAccepted(FlagReason reason) =>
            IsReviewed(reason) || (PartHere is { } part && (reason is FlagReason.AmountMismatch || part.Flags.Contains(reason)));

        // A note beside a paid payment that a person has looked at, while the payment is what it was then.
        public bool IsAcknowledged(FlagReason reason) =>
            (Payment.Review is { } review && review.Flags.Contains(reason) && (review.StatedAmount ?? review.Amount) == Payment.Amount && review.OrderId == OrderId && IsDueOf(review))
            || (Payment.Part is { } part && part.Flags.Contains(reason) && reason != FlagReason.AmountMismatch && (part.StatedAmount ?? part.Amount) == Payment.Amount && part.OrderId == OrderId);

        private long? Stated => ReviewHere?.StatedAmount ?? PartHere?.StatedAmount;

        private bool IsReviewed(FlagReason reason) => ReviewHere?.Flags.Contains(reason) == true;

        private FlagReviewed? ReviewHere =>
            Payment.Review is { Verdict: FlagVerdict.Accepted } review && review.Amount == Verification.Answer.Amount && review.OrderId == OrderId && IsDueOf(review) ? review : null;

        // Until it is held as one, a part needs something to be a part of: a due, or a payment that holds the order.
        private PartAccepted? PartHere =>
            Payment.Part is { } part && part.Amount == Verification.Answer.Amount && part.OrderId == OrderId
            && (Payment.PartOf is not null || Order is { Due: not null } or { PaidBy: not null }) ? part : null;

        private bool IsDueOf(FlagReviewed review) => !review.DueSeen || review.Due == Order?.Due;

        // What every outcome carries beside what it is about.
        public T Complete<T>(T outcome)
            where T : OrderEvent
        {
            var answer = Verification.Answer;
            return (T)(outcome with
            {
                OrderId = OrderId,
                ReceivedAt = Payment.ReceivedAt,
                PerformedAt = answer.PerformedAt,
                Method = answer.Method,
                Operator = answer.Operator,
                Country = answer.Country,
                Payer = PayerOf(answer),
                Data = answer.StateData,
            });
        }

        public Guid EventId(string kind) => OutcomeId.Of(Payment.Key(), kind, Payment.Outcomes);
    }
}
