using System.Text.Json;

namespace KkiaEvents.Local.Day;

/// <summary>An event as it came over the bus.</summary>
/// <param name="Type">Its type's name: <c>OrderPaid</c>.</param>
/// <param name="Message">Its content.</param>
internal sealed record ObservedEvent(string Type, JsonElement Message)
{
    public string? Text(string field) =>
        Message.TryGetProperty(field, out var value) && value.ValueKind is not JsonValueKind.Null ? value.ToString() : null;

    /// <summary>What an order event says, short enough for a table, and complete enough to be held against what was expected.</summary>
    /// <param name="orderId">The order that it must be for.</param>
    /// <param name="earlier">The same transaction's events before it.</param>
    public string Summary(string? orderId, IEnumerable<ObservedEvent> earlier)
    {
        var summary = Type switch
        {
            "OrderPaid" => $"OrderPaid {Text("amount")}{Superseded(earlier)}",
            "OrderPaymentFailed" => $"OrderPaymentFailed {Text("failureCode")}",
            "OrderPaymentFlagged" => $"OrderPaymentFlagged {Text("reason")}{Other()}",
            "OrderRefunded" => $"OrderRefunded {Text("amount")}",
            _ => Type,
        };
        return Text("orderId") == orderId || Type == EventCollector.Unrecognized ? summary : $"{summary} for order '{Text("orderId")}'";
    }

    private string Superseded(IEnumerable<ObservedEvent> earlier) => Text("supersedesEventId") switch
    {
        null => "",
        var id when earlier.Any(failure => failure.Type == "OrderPaymentFailed" && failure.Text("eventId") == id) => " superseding the failure",
        _ => " superseding nothing known",
    };

    private string Other() => Text("otherTransactionId") is { } other ? $" by {other}" : "";
}
