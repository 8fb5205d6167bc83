using System.Text.Json;

namespace KkiaEvents.Bench.Observing;

/// <summary>An order event as it came: only what is judged here, read without building the whole.</summary>
internal readonly record struct ObservedOutcome(string Type, Guid EventId, string TransactionId, string? OrderId, long Amount)
{
    public const string Paid = "OrderPaid";

    /// <summary>Reads MassTransit's envelope, which names the type before the message.</summary>
    public static ObservedOutcome Read(ReadOnlySpan<byte> envelope)
    {
        var type = "";
        var reader = new Utf8JsonReader(envelope);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isType, isMessage) = (reader.ValueTextEquals("messageType"u8), reader.ValueTextEquals("message"u8));
            reader.Read();
            if (isMessage)
                return ReadMessage(type, ref reader);
            if (isType && reader.TokenType == JsonTokenType.StartArray && reader.Read() && reader.TokenType == JsonTokenType.String)
            {
                type = reader.GetString()!.Split(':')[^1];
                while (reader.TokenType != JsonTokenType.EndArray)
                    reader.Read();
            }

            reader.Skip();
        }

        throw new InvalidDataException("The envelope holds no message.");
    }

    private static ObservedOutcome ReadMessage(string type, ref Utf8JsonReader reader)
    {
        var (id, transaction, order, amount) = (Guid.Empty, "", (string?)null, 0L);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("eventId"u8))
                id = reader.Read() ? reader.GetGuid() : default;
            else if (reader.ValueTextEquals("transactionId"u8))
                transaction = reader.Read() ? reader.GetString()! : "";
            else if (reader.ValueTextEquals("orderId"u8))
                order = reader.Read() ? reader.GetString() : null;
            else if (reader.ValueTextEquals("amount"u8))
                amount = reader.Read() && reader.TokenType == JsonTokenType.Number ? reader.GetInt64() : 0;
            else if (reader.Read())
                reader.Skip();
        }

        return new(type, id, transaction, order, amount);
    }
}
