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
        FlagReviewed r => $"{r.By} {(r.Verdict == FlagVerdict.Accepted ? "accepted" : "rejected")} {string.Join(", ", r.Flags)}: {r.Reason}",
        RefundRequested r => $"{r.By} asked for a refund: {r.Reason}",
        RefundSent => "The refund was sent to KKiaPay",
        RefundAnswered r => $"KKiaPay's answer to the refund: {r.Answer}{(string.IsNullOrEmpty(r.Detail) ? "" : $" ({r.Detail})")}",
        OrderReleased r => $"{r.By} released order {r.OrderId} from this payment: {r.Reason}",
        OrderHeld held => $"The payment counts for order {held.OrderId}{(held.Amount is { } amount ? string.Create(CultureInfo.InvariantCulture, $", {amount:#,0} XOF") : "")}",
        _ => null,
    };
}
