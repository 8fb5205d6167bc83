using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Due;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Storage;
using Marten;

namespace KkiaEvents.Ledger.Payments;

/// <summary>What became of an operator's act.</summary>
/// <param name="Problem">Why it was refused, and what to do instead; null when it was done.</param>
public sealed record ActResult(string? Problem = null)
{
    /// <summary>True when it was done.</summary>
    public bool Done => Problem is null;
}

/// <summary>
/// What people do about payments. An act is recorded with who and why, and makes the payment due at once; what follows is
/// decided by the same rules, from KKiaPay's answer, as for a webhook. No act puts an outcome on the bus by itself.
/// </summary>
public sealed class PaymentActs(IDocumentStore store, LedgerOptions options, TimeProvider time)
{
    private const int LongestReason = 500;

    // Far longer than we wait for KKiaPay: a sending without an answer by then gets none.
    private static readonly TimeSpan LongestSending = TimeSpan.FromMinutes(5);

    /// <summary>Accepts or rejects a payment's open flags, or has KKiaPay asked again.</summary>
    /// <param name="key">The payment.</param>
    /// <param name="verdict">What the person decided.</param>
    /// <param name="by">Who, 1 to 100 characters.</param>
    /// <param name="reason">Why, 1 to 500 characters.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <param name="dueSeen">What the order was due when the person looked, whole XOF: where it is due something else by now, the review is refused. Null when the person saw none, or does not say; an acceptance of another amount than is due must say it.</param>
    /// <param name="amount">What was paid by KKiaPay's dashboard, whole XOF: an acceptance must say it where KKiaPay's answer has no amount that can be read, and must not say another one where it has. Null when the person states none.</param>
    /// <param name="part">True to accept the payment as a part of what its order is due: nothing is handed over before the parts make it full.</param>
    public Task<ActResult> ReviewAsync(PaymentKey key, FlagVerdict verdict, string by, string reason, CancellationToken cancellationToken, long? dueSeen = null, long? amount = null, bool part = false) =>
        ActAsync(key, by, reason, (payment, order) => ReviewProblem(payment, verdict, order, amount, part)
                ?? (DueProblem(payment, verdict, order, dueSeen, amount) is { } due ? $"{due} {PossibleActs.Of(payment, order)}" : null),
            (payment, order) => part
                ? PartAcceptance(payment, by.Trim(), reason.Trim(), time.GetUtcNow(), order!, amount)
                : Review(payment, verdict, by.Trim(), reason.Trim(), time.GetUtcNow(), order, amount), cancellationToken);

    /// <summary>Asks for a refund. It is sent once, by a Processor, and counts as done when verifying says so.</summary>
    /// <inheritdoc cref="ReviewAsync" path="/param"/>
    public Task<ActResult> RequestRefundAsync(PaymentKey key, string by, string reason, CancellationToken cancellationToken) =>
        ActAsync(key, by, reason, (payment, _) => RefundProblem(payment), (_, _) => new RefundRequested(by.Trim(), reason.Trim(), time.GetUtcNow()), cancellationToken);

    /// <summary>
    /// Claims the sending of a refund that was asked for. One sending gets true; after that no other does unless KKiaPay
    /// certainly did not do it. Safe to repeat before the sending, when the answer to the commit was lost.
    /// </summary>
    /// <param name="key">The payment.</param>
    /// <param name="sendingId">The sending's id, made by the sender: it tells its own claim from another's.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public async Task<bool> TryClaimRefundAsync(PaymentKey key, Guid sendingId, CancellationToken cancellationToken)
    {
        var mine = false;
        var result = await AppendAsync(
            key,
            (payment, _) =>
            {
                mine = payment.Refund == RefundState.Sent && payment.RefundSendingId == sendingId;
                return payment.Refund == RefundState.Requested ? null : "It is not to be sent.";
            },
            (_, _) => new RefundSent(time.GetUtcNow(), sendingId), due: false, cancellationToken);
        return result.Done || mine;
    }

    /// <summary>
    /// Records what came back for a refund that was sent. Safe to repeat: it counts once, and only for the sending that it
    /// belongs to.
    /// </summary>
    /// <param name="key">The payment.</param>
    /// <param name="sendingId">The sending that was claimed.</param>
    /// <param name="answer">What came back.</param>
    /// <param name="detail">The provider's words, or what went wrong.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public Task RecordRefundAsync(PaymentKey key, Guid sendingId, RefundAnswer answer, string? detail, CancellationToken cancellationToken) =>
        AppendAsync(
            key,
            // A version that knows no sendings, running beside this one, may have dropped the id.
            (payment, _) => payment.Refund == RefundState.Sent && (payment.RefundSendingId ?? sendingId) == sendingId ? null : "Nothing is awaited for this sending.",
            (_, _) => new RefundAnswered(answer, detail, time.GetUtcNow(), sendingId), due: false, cancellationToken);

    /// <summary>
    /// A person says what became of a refund whose answer was lost. Done: it counts once verifying confirms it. Not done: a
    /// refund may be asked for again.
    /// </summary>
    /// <param name="key">The payment.</param>
    /// <param name="done">True when KKiaPay gave the money back.</param>
    /// <param name="by">Who, 1 to 100 characters.</param>
    /// <param name="reason">How it is known, 1 to 500 characters.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public Task<ActResult> SettleRefundAsync(PaymentKey key, bool done, string by, string reason, CancellationToken cancellationToken) =>
        ActAsync(key, by, reason, (payment, _) => RefundSettlementProblem(payment, time.GetUtcNow()), (payment, _) => RefundSettlement(payment, done, by.Trim(), reason.Trim(), time.GetUtcNow()), cancellationToken);

    /// <summary>The event that a person's settling of a refund is.</summary>
    public static RefundAnswered RefundSettlement(Payment payment, bool done, string by, string reason, DateTimeOffset at) =>
        new(done ? RefundAnswer.Accepted : RefundAnswer.Refused, reason, at, payment.RefundSendingId, by);

    /// <summary>Why a refund can't be settled by a person; null when it can.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="now">The time, UTC.</param>
    public static string? RefundSettlementProblem(Payment payment, DateTimeOffset now) => payment switch
    {
        { Outcome: PaymentOutcome.Refunded } => $"{payment.Id} is refunded: KKiaPay confirmed it.",
        { Refund: RefundState.Requested } => $"The refund of {payment.Id} was not sent yet: there is nothing to settle.",
        // KKiaPay took it and never did it: only a person can tell.
        { Refund: RefundState.Accepted } when !payment.Flags.Contains(FlagReason.RefundUnconfirmed) => $"The refund of {payment.Id} counts as done already; verifying will confirm it.",
        { Refund: RefundState.None } => $"No refund of {payment.Id} is under way: there is nothing to settle.",
        { RefundUnderWaySince: { } since } when now - since < LongestSending => $"The refund of {payment.Id} was sent a moment ago and its answer may still come. Settle it in {LongestSending.TotalMinutes:0} minutes if none has.",
        _ => null,
    };

    /// <summary>The event that a review is.</summary>
    public static FlagReviewed Review(Payment payment, FlagVerdict verdict, string by, string reason, DateTimeOffset at, Order? order, long? amount = null) =>
        new(verdict, Answered(payment, verdict, order), payment.SeenAmount, PaymentDecision.OrderOf(payment), payment.LastStatus, by, reason, at, order?.Due, DueSeen: true,
            verdict == FlagVerdict.Accepted ? ReviewRules.Stated(payment, order, amount) : null);

    /// <summary>The event that an acceptance as a part of what the order is due is.</summary>
    public static PartAccepted PartAcceptance(Payment payment, string by, string reason, DateTimeOffset at, Order order, long? amount = null)
    {
        var earlier = payment.Part is { } part && part.Amount == payment.SeenAmount && part.OrderId == order.OrderId ? part.Flags : [];
        return new([.. earlier.Union(UnderReview(payment))], payment.SeenAmount, order.OrderId, order.Due, by, reason, at, ReviewRules.Stated(payment, order, amount));
    }

    /// <inheritdoc cref="ReviewRules.ProblemOf" />
    public static string? ReviewProblem(Payment payment, FlagVerdict verdict, Order? order, long? amount = null, bool part = false) =>
        ReviewRules.ProblemOf(payment, verdict, order, amount, part);

    /// <summary>Why a refund is refused; null when it is not.</summary>
    public static string? RefundProblem(Payment payment) => payment switch
    {
        { Outcome: PaymentOutcome.Refunded } => $"{payment.Id} is refunded already.",
        { Refund: RefundState.Requested } => $"A refund of {payment.Id} is asked for already and will be sent.",
        { Refund: RefundState.Sent or RefundState.Accepted } => $"A refund of {payment.Id} was sent already. It is not sent twice, answered or not; verifying will tell whether it happened. If KKiaPay's dashboard shows that it did not, settle it (kkia refund settle).",
        { LastStatus: not TransactionStatus.Complete } => $"KKiaPay does not call {payment.Id} complete: there is nothing to give back. Have it asked again first.",
        { Method: { } method } when !method.Equals("MOBILE_MONEY", StringComparison.OrdinalIgnoreCase) =>
            $"{payment.Id} was paid by {method}, and KKiaPay's API refunds mobile money only. Ask KKiaPay's support for a chargeback, or pay the customer back yourself; then have the payment asked again.",
        _ => null,
    };

    // What a person rejected can be accepted after all, and what is a part can be accepted as the whole.
    internal static IReadOnlyList<FlagReason> UnderReview(Payment payment) => payment switch
    {
        { Flags.Count: > 0 } => payment.Flags,
        { PartOf: not null, Part: { } part } => [.. part.Flags.Union([FlagReason.AmountMismatch])],
        { Review: { Verdict: FlagVerdict.Rejected } rejected } => rejected.Flags,
        _ => payment.Flags,
    };

    /// <inheritdoc cref="ReviewRules.DueProblemOf" />
    public static string? DueProblem(Payment payment, FlagVerdict verdict, Order? order, long? seen, long? amount = null) =>
        ReviewRules.DueProblemOf(payment, verdict, order, seen, amount);

    // An acceptance adds to earlier ones, since a payment may meet one objection after another. So does a note beside a rejection.
    private static IReadOnlyList<FlagReason> Answered(Payment payment, FlagVerdict verdict, Order? order) => (verdict, payment.Review) switch
    {
        (FlagVerdict.AskedAgain, _) => [],
        (_, { } before)
            when before.Verdict == verdict && (verdict == FlagVerdict.Accepted || payment.Outcome == PaymentOutcome.Rejected)
                && before.Amount == payment.SeenAmount && before.OrderId == PaymentDecision.OrderOf(payment) && (!before.DueSeen || before.Due == order?.Due) =>
            [.. before.Flags.Union(UnderReview(payment))],
        _ => UnderReview(payment),
    };

    /// <summary>What is wrong with who does it or why; null when nothing is.</summary>
    internal static string? ProblemOf(string by, string reason)
    {
        if (string.IsNullOrWhiteSpace(by) || by.Length > 100 || by.Contains('\0', StringComparison.Ordinal))
            return "An act needs a name: who does it, in 1 to 100 characters.";
        return string.IsNullOrWhiteSpace(reason) || reason.Length > LongestReason || reason.Contains('\0', StringComparison.Ordinal)
            ? $"An act needs a reason, in 1 to {LongestReason} characters."
            : null;
    }

    // Money on its way back is a part of nothing: another payment could make the due full with it.
    internal static IReadOnlyList<object> WithWhatFollows(Payment payment, Order? order, object act) =>
        act is RefundRequested refund && order?.IsPart(payment.TransactionId) == true ? [new OrderReleased(order.OrderId, refund.By, refund.Reason, refund.At), act] : [act];

    private async Task<ActResult> ActAsync(
        PaymentKey key, string by, string reason, Func<Payment, Order?, string?> problem, Func<Payment, Order?, object> act, CancellationToken cancellationToken) =>
        ProblemOf(by, reason) is { } wrong ? new(wrong) : await AppendAsync(key, problem, act, due: true, cancellationToken);

    private Task<ActResult> AppendAsync(
        PaymentKey key, Func<Payment, Order?, string?> problem, Func<Payment, Order?, object> act, bool due, CancellationToken cancellationToken) =>
        Collisions.RetriedAsync(() => AppendOnceAsync(key, problem, act, due, cancellationToken), cancellationToken);

    private async Task<ActResult> AppendOnceAsync(
        PaymentKey key, Func<Payment, Order?, string?> problem, Func<Payment, Order?, object> act, bool due, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession();
        if (await session.LoadAsync<Payment>(key.StreamId, cancellationToken) is not { } payment)
            return new($"The ledger knows no payment {key.StreamId}.");
        var order = PaymentDecision.OrderOf(payment) is { } orderId ? await session.LoadAsync<Order>(Order.IdOf(key.Merchant, orderId), cancellationToken) : null;
        if (problem(payment, order) is { } refused)
            return new(refused);
        var events = WithWhatFollows(payment, order, act(payment, order));
        if (events is [OrderReleased, ..])
            session.UpdateRevision(order!.ReleasedFrom(key.TransactionId), order.Version + 1);
        var wrapped = events.Select(data =>
        {
            var e = session.Events.BuildEvent(data);
            e.CorrelationId = key.StreamId;
            return e;
        }).ToList();
        session.Events.Append(key.StreamId, payment.Version + wrapped.Count, wrapped);
        if (due)
        {
            session.QueueSqlCommand(DueRow.UpsertSql(options.Schema), DueRow.AtOnce(key.Merchant, [key.TransactionId], "operator", time.GetUtcNow()));
        }

        await session.SaveChangesAsync(cancellationToken);
        return new();
    }
}
