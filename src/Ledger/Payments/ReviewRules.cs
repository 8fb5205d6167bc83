using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Ledger.Payments;

/// <summary>What a person may decide about a payment as it stands, and what to do where not.</summary>
public static class ReviewRules
{
    /// <summary>Why a review is refused, and what is possible instead, command by command; null when it is not.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="verdict">What the person decided.</param>
    /// <param name="order">The order that the payment is for; null when it names none that the ledger knows.</param>
    /// <param name="amount">What was paid, whole XOF, as the person states it; null when it is not stated.</param>
    /// <param name="part">True when it is accepted as a part of what the order is due.</param>
    public static string? ProblemOf(Payment payment, FlagVerdict verdict, Order? order, long? amount = null, bool part = false)
    {
        var problem = verdict switch
        {
            not FlagVerdict.Accepted when amount is not null || part => "An amount is stated, and a part is named, to accept a payment only.",
            FlagVerdict.AskedAgain => null,
            FlagVerdict.Rejected => RejectionProblem(payment),
            _ when part => PartProblem(payment, order, amount),
            _ => AcceptanceProblem(payment, order, amount),
        };
        return problem is null ? null : $"{problem} {PossibleActs.Of(payment, order)}";
    }

    /// <summary>Why a review is refused for what the order is due; null when it is not. Who accepts another amount says what due it is accepted for: it may have changed since they looked.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="verdict">What the person decided.</param>
    /// <param name="order">The order that the payment is for; null when it names none that the ledger knows.</param>
    /// <param name="seen">What the order was due when the person looked, whole XOF; null when not said.</param>
    /// <param name="amount">What was paid, whole XOF, as the person states it; null when it is not stated.</param>
    public static string? DueProblemOf(Payment payment, FlagVerdict verdict, Order? order, long? seen, long? amount = null) => (order?.Due, seen) switch
    {
        (var due, { } said) when due != said => $"Order {order?.OrderId} is due {(due is { } now ? $"{now} XOF" : "nothing that anybody announced")} by now, not {said} XOF: look again, then decide.",
        ({ } due, null) when verdict == FlagVerdict.Accepted && WorthOf(payment, order, amount) != due =>
            $"Order {order!.OrderId} is due {due} XOF and {payment.Id} paid {WorthOf(payment, order, amount)} XOF. To accept that, say the due that you saw: --due {due}, or \"due\": {due} over HTTP.",
        _ => null,
    };

    // The amount that a person states, or stated before for the same payment, order and due, where KKiaPay's answer has none.
    internal static long? Stated(Payment payment, Order? order, long? amount)
    {
        if (IsReadable(payment))
            return null;
        var orderId = PaymentDecision.OrderOf(payment);
        return amount
            ?? (payment.Review is { Verdict: FlagVerdict.Accepted } review && review.Amount == payment.SeenAmount && review.OrderId == orderId && review.Due == order?.Due ? review.StatedAmount : null)
            ?? (payment.Part is { } part && part.Amount == payment.SeenAmount && part.OrderId == orderId ? part.StatedAmount : null);
    }

    internal static bool IsReadable(Payment payment) => payment.SeenAmount is > 0;

    // How much of the order the payment pays; null while nobody can tell.
    internal static long? WorthOf(Payment payment, Order? order, long? amount) =>
        new AnsweredAmounts(IsReadable(payment) ? payment.SeenAmount : Stated(payment, order, amount), payment.Answered?.BeforeFees).WorthFor(order?.Due);

    internal static string? RejectionProblem(Payment payment)
    {
        if (payment.Flags.Count == 0)
            return NothingOpen(payment);
        return payment.LastStatus is null or TransactionStatus.Pending ? $"KKiaPay has not decided {payment.Id} yet: rejecting it now would leave a payment that comes late without an owner. Ask again, or wait." : null;
    }

    internal static string? AcceptanceProblem(Payment payment, Order? order, long? amount)
    {
        if (PaymentActs.UnderReview(payment).Count == 0 && payment.PartOf is null)
            return NothingOpen(payment);
        if (payment.Outcome == PaymentOutcome.Paid)
            return amount is null || amount == payment.Amount ? null : $"{payment.Id} is OrderPaid at {payment.Amount} XOF already: no other amount can be stated.";
        if (order?.PaidBy is { } other && other != payment.TransactionId)
            return $"Order {order.OrderId} was paid by transaction {other}{(order.Refunded ? ", refunded since" : "")}: accepting {payment.Id} would hand the goods over twice. Refund it; or, where {other} should not hold the order, release the order first (kkia order release).";
        return MoneyProblem(payment, order, amount);
    }

    internal static string? PartProblem(Payment payment, Order? order, long? amount)
    {
        if (payment.Outcome is PaymentOutcome.Paid or PaymentOutcome.Refunded)
            return $"{payment.Id} is {(payment.Outcome == PaymentOutcome.Paid ? "OrderPaid" : "refunded")} already: it can't become a part of an order.";
        if (payment.PartOf is { } of)
            return $"{payment.Id} is a part of order {of} already.";
        if (PaymentActs.UnderReview(payment).Count == 0)
            return NothingOpen(payment);
        if (MoneyProblem(payment, order, amount) is { } problem)
            return problem;
        return order switch
        {
            null => $"{payment.Id} names no order that the ledger knows: it can't be a part of one.",
            { Withdrawn: true } => $"The shop withdrew order {order.OrderId}: nothing is due, so there is no part of it. Announce it again first.",
            { Refunded: true } => $"Order {order.OrderId} was paid by {order.PaidBy}, refunded since. Release the order first (kkia order release).",
            { Due: null, PaidBy: null } => $"Nobody announced what order {order.OrderId} is due, so there is no part of it. Announce it first, or accept the payment as the whole.",
            { Due: { } due } when order.Received(payment.TransactionId) + WorthOf(payment, order, amount) is var together && together > due =>
                $"Order {order.OrderId} is due {due} XOF and has {order.Received(payment.TransactionId)} XOF; with {payment.Id} it would have {together} XOF. What is too much is to be refunded.",
            _ => null,
        };
    }

    // What keeps any acceptance from being one of money.
    private static string? MoneyProblem(Payment payment, Order? order, long? amount)
    {
        if (payment.LastStatus != TransactionStatus.Complete)
            return $"KKiaPay does not call {payment.Id} complete, so it can't be accepted. Ask again, or reject it.";
        if (PaymentActs.UnderReview(payment).Contains(FlagReason.NotAPayment))
            return $"KKiaPay names no money received for {payment.Id}, so it can't be accepted. Reject it.";
        if (payment.AwaitsRefund)
            return $"A refund of {payment.Id} is under way, so it can't be accepted.";
        if (amount is <= 0)
            return "An amount is stated in whole XOF, above 0.";
        if (IsReadable(payment))
            return amount is null || amount == payment.SeenAmount ? null : $"KKiaPay says that {payment.SeenAmount} XOF was paid with {payment.Id}, and that is what counts: state no other amount.";
        return Stated(payment, order, amount) is null
            ? $"KKiaPay calls {payment.Id} complete, and its answer has no amount that can be read: say the one that KKiaPay's dashboard shows. --amount XOF, or \"amount\" over HTTP."
            : null;
    }

    private static string NothingOpen(Payment payment) => payment.PartOf is { } of
        ? $"{payment.Id} is a part of order {of} and has no open flag: there is nothing to review."
        : $"{payment.Id} has no open flag: there is nothing to review.";
}
