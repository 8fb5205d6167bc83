using System.Globalization;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Cli.Output;

/// <summary>A story as text.</summary>
internal static class StoryText
{
    public static void Write(Screen screen, Story story)
    {
        screen.Line($"{(story.TransactionId is { } id ? $"Transaction {id}" : $"Order {story.OrderId}")} of merchant {story.Merchant}{(story.AsOf is { } at ? $", as known at {Time(at)}" : "")}", "bold");
        foreach (var payment in story.Payments)
            screen.Line($"  {payment.TransactionId}: {payment.Outcome}{Amount(payment.Amount)}{(payment.Method is { } method ? $" by {method}" : "")}{(payment.PartOf is { } of ? $", part of order {of}" : "")}{Flags(payment)}", Colour(payment));
        if (story.Order is { } order)
        {
            var paid = order.PaidBy is { } by ? $"paid{Amount(order.PaidAmount)}{(order.PaidBeforeFees is { } own ? $" ({Amount(own).Trim()} without the customer's fees)" : "")} by {by}{(order.Refunded ? ", given back" : "")}" : "not paid";
            var parts = order.Parts is { } accepted ? $", parts:{string.Join(',', accepted.Select(p => $"{Amount(p.Amount)} by {p.TransactionId}"))}" : "";
            screen.Line($"  Order {order.OrderId}: {(order.Due is null ? "not announced" : $"due{Amount(order.Due)}")}, {paid}{parts}");
        }

        screen.Line();
        var several = story.Payments.Count > 1;
        foreach (var entry in story.Entries)
        {
            screen.Line($"{Time(entry.At)}  {(several ? $"[{entry.StreamId}] " : "")}{entry.Summary}", Colour(entry.Kind));
            Detail(screen, "authenticated", entry.Authentication);
            Detail(screen, "rule", entry.Rule);
            Detail(screen, "raw", entry.Raw);
            if (entry.Kind == StoryKind.Act)
                Detail(screen, "stored", entry.Data?.GetRawText());
        }
    }

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Amount(long? amount) => amount is { } xof ? string.Create(CultureInfo.InvariantCulture, $" {xof:#,0} XOF") : "";

    private static void Detail(Screen screen, string what, string? text)
    {
        if (!string.IsNullOrEmpty(text))
            screen.Line($"    {what}: {text}", "grey");
    }

    private static string Flags(Payment payment) => payment.Flags.Count > 0 ? $", flagged {string.Join(", ", payment.Flags)}" : "";

    private static string Colour(Payment payment) => payment.Outcome switch
    {
        PaymentOutcome.Paid => "green",
        PaymentOutcome.Failed => "red",
        PaymentOutcome.Flagged => "yellow",
        _ => "default",
    };

    private static string? Colour(StoryKind kind) => kind switch
    {
        StoryKind.Outcome => "bold",
        StoryKind.Act => "yellow",
        StoryKind.Due => "blue",
        _ => null,
    };
}
