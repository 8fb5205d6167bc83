using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>One event as it stands in the ledger.</summary>
/// <param name="Position">Its place among all events of the ledger; gaps are normal (a commit that collided used a place up).</param>
/// <param name="Id">Its id; an outcome's is its event id on the bus.</param>
/// <param name="StreamId"><c>merchant/transaction</c> for a payment, <c>order/merchant/order</c> for an order's announcements.</param>
/// <param name="Version">Its place in its stream, from 1, without gaps.</param>
/// <param name="Type">The name it is stored under (<see cref="StoredTypes"/>).</param>
/// <param name="At">When it was stored, UTC.</param>
/// <param name="Data">Its content: JSON, UTF-8.</param>
public sealed record StoredEvent(
    long Position, Guid Id, string StreamId, long Version, string Type, DateTimeOffset At, ReadOnlyMemory<byte> Data)
{
    /// <summary>True for an event of an order's stream. A transaction id has no slash, so the second one tells.</summary>
    public bool IsOfOrder => OrderAt(StreamId) is not null;

    /// <summary>True when this version of the product knows the type as a fact of a payment or an order, or an outcome; anything else is shown as it is.</summary>
    public bool IsFactOrOutcome => Known.Contains(Type);

    private static readonly HashSet<string> Known =
    [
        "webhook_recorded", "payment_announced", "verification_answered", "verification_unanswered", "order_held", "part_held", "order_announced", "order_withdrawn",
        "order_paid", "order_payment_failed", "order_payment_flagged", "order_refunded",
    ];

    // Stricter than the ledger's writers need: what was doctored must be found, not be read as something empty.
    private static readonly JsonSerializerOptions Strict = new(AuditJson.Options) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>The event as the type it was stored from; null when this version does not know its type.</summary>
    /// <exception cref="JsonException">The type is known, but the content is not one of it.</exception>
    public object? Read() =>
        StoredTypes.ByName.TryGetValue(Type, out var clr) ? JsonSerializer.Deserialize(Data.Span, Strict.GetTypeInfo(clr)) : null;

    /// <summary>Finds out how facts and outcomes are read, which the first <see cref="Read"/> would do: for a program that has a core to spare before it.</summary>
    public static void PrepareReading()
    {
        foreach (var type in Known)
            Strict.GetTypeInfo(StoredTypes.ByName[type]);
    }

    /// <summary>The content as JSON.</summary>
    public JsonElement ToJson()
    {
        using var document = JsonDocument.Parse(Data);
        return document.RootElement.Clone();
    }

    /// <summary>The payment whose stream an id names; null when it is an order's, or none.</summary>
    public static PaymentKey? PaymentAt(string streamId)
    {
        var slash = streamId.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 || streamId.IndexOf('/', slash + 1) >= 0 ? null : new(streamId[..slash], streamId[(slash + 1)..]);
    }

    /// <summary>The merchant and order whose stream an id names; null when it is a payment's, or none.</summary>
    public static (string Merchant, string OrderId)? OrderAt(string streamId)
    {
        if (!streamId.StartsWith("order/", StringComparison.Ordinal))
            return null;
        var slash = streamId.IndexOf('/', 6);
        return slash < 0 ? null : (streamId[6..slash], streamId[(slash + 1)..]);
    }

    /// <summary>True when the type is an outcome's.</summary>
    public static bool IsOutcome(string type) =>
        StoredTypes.ByName.TryGetValue(type, out var clr) && clr.IsAssignableTo(typeof(OrderEvent));
}
