using System.Globalization;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>What people did about a payment, and what came of it, in a sentence with who and why.</summary>
internal static class ActSummary
{
    /// <summary>The sentence; null for what is no such event.</summary>
    public static string? Of(object? data) => data switch
    {
        FlagReviewed { Verdict: FlagVerdict.AskedAgain } r => $"{r.By} had KKiaPay asked again: {r.Reason}",
        FlagReviewed r => $"{r.By} {(r.Verdict == FlagVerdict.Accepted ? "accepted" : "rejected")} {string.Join(", ", r.Flags)}{Stated(r.StatedAmount)}: {r.Reason}",
        PartAccepted r => $"{r.By} accepted {string.Join(", ", r.Flags)} as a part of {(r.Due is { } due ? $"the {Xof(due)} that order {r.OrderId} is due" : $"order {r.OrderId}")}{Stated(r.StatedAmount)}: {r.Reason}",
        PartHeld part => $"The payment is a part of order {part.OrderId}, {Xof(part.Amount)}",
        RefundRequested r => $"{r.By} asked for a refund: {r.Reason}",
        RefundSent => "The refund was sent to KKiaPay",
        RefundAnswered { By: { } by } r => $"{by} settled that the refund {(r.Answer == RefundAnswer.Accepted ? "was done" : "was not done")}: {r.Detail}",
        RefundAnswered r => $"KKiaPay's answer to the refund: {r.Answer}{(string.IsNullOrEmpty(r.Detail) ? "" : $" ({r.Detail})")}",
        OrderReleased r => $"{r.By} released order {r.OrderId} from this payment: {r.Reason}",
        OrderHeld held => $"The payment counts for order {held.OrderId}{(held.Amount is { } amount ? $", {Xof(amount)}" : "")}",
        _ => null,
    };

    private static string Stated(long? amount) => amount is { } stated ? $" at {Xof(stated)}, by KKiaPay's dashboard" : "";

    private static string Xof(long amount) => string.Create(CultureInfo.InvariantCulture, $"{amount:#,0} XOF");
}
