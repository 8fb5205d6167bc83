using System.Text.Json;
using System.Text.Json.Serialization;
using KkiaEvents.Contracts;

namespace KkiaEvents.Ledger.Orders;

/// <summary>Announcements as JSON: read by <see cref="AnnouncementReader"/>, written as the contract has them.</summary>
public sealed class AnnouncementConverter : JsonConverter<ExpectPayment>
{
    /// <inheritdoc />
    /// <exception cref="AnnouncementException">It is none, or its amount can be none.</exception>
    public override ExpectPayment Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return AnnouncementReader.Read(document.RootElement);
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, ExpectPayment value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("merchant", value.Merchant);
        writer.WriteString("orderId", value.OrderId);
        writer.WriteNumber("amount", value.Amount);
        writer.WriteString("transactionId", value.TransactionId);
        writer.WriteBoolean("withdrawn", value.Withdrawn);
        writer.WriteEndObject();
    }
}
