using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;

namespace KkiaEvents.Processor.Consuming;

/// <summary>
/// Reads a delivery in MassTransit's envelope, whatever content type it has, down to the message itself. MassTransit reads the
/// message only on its way to the consumer, where one that can't be read looks like a consumer that failed.
/// </summary>
/// <typeparam name="T">The message type that the queue takes.</typeparam>
/// <param name="read">Reads the message; throws <see cref="JsonException"/> when it can't be read.</param>
internal sealed class MessageReader<T>(Func<JsonElement, T?> read)
    where T : class
{
    private static readonly string Urn = MessageUrn.ForTypeString<T>();

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The delivery, ready to be consumed.</summary>
    /// <exception cref="UnreadableMessageException">It can't be read, or its envelope holds no message of the type.</exception>
    public ConsumeContext Read(ReceiveContext delivery)
    {
        var envelope = Envelope(Json(delivery));
        if (envelope.Message is not JsonElement { ValueKind: JsonValueKind.Object } message)
        {
            throw new UnreadableMessageException(envelope.Message is null
                ? $"$.message is missing: the message stands in an envelope, {{\"messageType\":[\"{Urn}\"],\"message\":{{…}}}}."
                : "$.message must be an object.");
        }

        if (envelope.MessageType?.Contains(Urn, StringComparer.OrdinalIgnoreCase) != true)
            throw new UnreadableMessageException($"$.messageType {(envelope.MessageType is { } types ? $"is [{Short(string.Join(", ", types))}]" : "is missing")}, but this queue takes [{Urn}].");
        var content = Content(envelope, message);
        var context = new EnvelopeMessageContext(envelope, SystemTextJsonMessageSerializer.Instance);
        Check(context);
        return new BodyConsumeContext(delivery, new SystemTextJsonSerializerContext(
            SystemTextJsonMessageSerializer.Instance, SystemTextJsonMessageSerializer.Options, SystemTextJsonMessageSerializer.JsonContentType, context, [Urn], envelope, content));
    }

    private T Content(MessageEnvelope envelope, JsonElement message)
    {
        try
        {
            return read(message) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            // A sentence of ours begins with the path itself.
            var problem = e.Message.StartsWith('$') ? e.Message : $"{e.Path ?? "$"} of the message can't be read: {e.Message}";
            throw new UnreadableMessageException(problem, e) { MessageId = envelope.MessageId };
        }
    }

    private static JsonElement Json(ReceiveContext delivery)
    {
        ReadOnlySpan<byte> body = delivery.Body.GetBytes();
        if (body.StartsWith(ByteOrderMark))
            body = body[ByteOrderMark.Length..];
        try
        {
            var json = JsonSerializer.Deserialize<JsonElement>(body, SystemTextJsonMessageSerializer.Options);
            return json.ValueKind == JsonValueKind.Object ? json : throw new UnreadableMessageException("$ must be an object: MassTransit's envelope.");
        }
        catch (JsonException e)
        {
            var type = delivery.ContentType is { } known ? $" (it was sent as {known.MediaType})" : "";
            throw new UnreadableMessageException($"$ can't be read as JSON from line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1} on{type}.", e);
        }
    }

    private static MessageEnvelope Envelope(JsonElement json)
    {
        try
        {
            return json.Deserialize<MessageEnvelope>(SystemTextJsonMessageSerializer.Options)!;
        }
        catch (JsonException e)
        {
            throw new UnreadableMessageException($"{e.Path ?? "$"} of the envelope has a form that MassTransit does not write: leave it out, or send what MassTransit sends.", e);
        }
        catch (InvalidOperationException e)
        {
            throw new UnreadableMessageException("$ holds half of a surrogate pair or a byte that is no UTF-8, which is no character.", e);
        }
    }

    // Each of these is read when somebody first asks for it.
    private static void Check(EnvelopeMessageContext context)
    {
        (string Name, Func<object?> Read, string Form)[] fields =
        [
            ("messageId", () => context.MessageId, "GUID"), ("requestId", () => context.RequestId, "GUID"), ("correlationId", () => context.CorrelationId, "GUID"),
            ("conversationId", () => context.ConversationId, "GUID"), ("initiatorId", () => context.InitiatorId, "GUID"), ("sourceAddress", () => context.SourceAddress, "address"),
            ("destinationAddress", () => context.DestinationAddress, "address"), ("responseAddress", () => context.ResponseAddress, "address"), ("faultAddress", () => context.FaultAddress, "address"),
        ];
        foreach (var (name, field, form) in fields)
        {
            try
            {
                field();
            }
            catch (FormatException e)
            {
                throw new UnreadableMessageException($"$.{name} of the envelope is no {form}: leave it out, or send what MassTransit sends.", e);
            }
        }
    }

    private static string Short(string text) => text.Length > 200 ? text[..200] + "…" : text;
}
