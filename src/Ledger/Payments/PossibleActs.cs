using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Ledger.Payments;

/// <summary>What a person can do about a payment as it stands, in the words of <c>kkia</c>, with what it leads to.</summary>
public static class PossibleActs
{
    /// <summary>The sentence.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="order">The order that it is for; null when it names none that the ledger knows.</param>
    public static string Of(Payment payment, Order? order) => $"Possible now: {string.Join("; ", Commands(payment, order))}. Over HTTP, the same under /api/v1 (review, refund, release).";

    private static IEnumerable<string> Commands(Payment payment, Order? order)
    {
        // Where KKiaPay's answer has no amount, the person brings one: any will do to see what else stands in the way.
        var asked = ReviewRules.IsReadable(payment) || payment.Outcome == PaymentOutcome.Paid ? "" : " --amount XOF";
        long? stated = asked.Length > 0 ? 1 : null;
        var part = ReviewRules.PartProblem(payment, order, stated) is null;
        if (ReviewRules.AcceptanceProblem(payment, order, stated) is null)
            yield return $"kkia flag accept {payment.Id}{asked}{Due(payment, order, stated)} --reason WHY ({Accepted(payment, order, part)})";
        if (part)
            yield return $"kkia flag accept {payment.Id} --part{asked}{(order!.Due is { } due ? $" --due {due}" : "")} --reason WHY (as a part of what order {order.OrderId} is due{(order.PaidBy is null ? ": OrderPaid when its parts make that full" : ", which was handed over already: no OrderPaid")})";
        if (ReviewRules.RejectionProblem(payment) is null)
            yield return $"kkia flag reject {payment.Id} --reason WHY (it pays for nothing; money that came is to be given back)";
        if (PaymentActs.RefundProblem(payment) is null)
            yield return $"kkia refund {payment.Id} --reason WHY --confirm (the whole amount goes back)";
        if (order is { PaidBy: { } holder } && OrderRelease.ProblemOf(order) is null)
            yield return $"kkia order release {order.Id} --reason WHY (frees it from {holder})";
        yield return $"kkia flag ask {payment.Id} --reason WHY (KKiaPay is asked again)";
    }

    private static string Due(Payment payment, Order? order, long? stated) =>
        order?.Due is { } due && ReviewRules.DueProblemOf(payment, FlagVerdict.Accepted, order, null, stated) is not null ? $" --due {due}" : "";

    private static string Accepted(Payment payment, Order? order, bool part) =>
        payment.Outcome == PaymentOutcome.Paid ? "it stays OrderPaid"
        : order is null ? "OrderPaid"
        : part ? $"OrderPaid: order {order.OrderId} is handed over for it, as the whole"
        : $"OrderPaid for order {order.OrderId}";
}
