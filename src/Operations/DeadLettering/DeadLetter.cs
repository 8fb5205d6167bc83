using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KkiaEvents.Bus;
using RabbitMQ.Client;

namespace KkiaEvents.Operations.DeadLettering;

/// <summary>A message that waits for a person.</summary>
/// <param name="Id">Its message id; where it has none, <c>sha256-</c> and the digest of its body.</param>
/// <param name="Queue">The queue in which it waits.</param>
/// <param name="Origin">The queue that could not process it, to which it can go back; null when it came from none (a parked webhook).</param>
/// <param name="Reason">Why it is here, in a sentence.</param>
/// <param name="Type">The message's type; null when it is no message of ours.</param>
/// <param name="Merchant">The merchant; null when it names none.</param>
/// <param name="TransactionId">The transaction; null when it names none.</param>
/// <param name="Body">The whole message, as text; in base64 when it is no UTF-8.</param>
/// <param name="Headers">Its headers, as text.</param>
public sealed record DeadLetter(
    string Id, string Queue, string? Origin, string Reason, string? Type, string? Merchant, string? TransactionId, string Body, IReadOnlyDictionary<string, string> Headers)
{
    internal static DeadLetter Read(string queue, BasicGetResult message)
    {
        var body = Text(message.Body.Span);
        var headers = (message.BasicProperties.Headers ?? new Dictionary<string, object?>())
            .ToDictionary(h => h.Key, h => Text(h.Value), StringComparer.Ordinal);
        var (type, content) = Envelope(message.Body);
        var origin = headers.GetValueOrDefault(DeadLetterHeaders.Queue) ?? headers.GetValueOrDefault("x-first-death-queue");
        return new(
            message.BasicProperties.MessageId is { Length: > 0 } id ? id : $"sha256-{Convert.ToHexStringLower(SHA256.HashData(message.Body.Span))}",
            queue, queue == Topology.ParkedQueue ? null : origin,
            headers.GetValueOrDefault(DeadLetterHeaders.Reason) ?? Property(content, "reason") ?? DeathReason(headers),
            type, Property(content, "merchant"), Property(content, "transactionId"), body, headers);
    }

    private static string DeathReason(Dictionary<string, string> headers) => headers.GetValueOrDefault("x-first-death-reason") switch
    {
        "delivery_limit" => $"Handed out {Topology.DeliveryLimit} times, never acknowledged: whoever took it died of it.",
        { } word => $"The broker put it aside: {word}.",
        null => "Unknown: the message does not say.",
    };

    private static (string? Type, JsonElement? Message) Envelope(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("message", out var message)
                ? (root.TryGetProperty("messageType", out var types) && types.ValueKind == JsonValueKind.Array && types.GetArrayLength() > 0
                    ? types[0].ToString().Split(':')[^1] : null, message.Clone())
                : (null, root.Clone());
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }

    private static string? Property(JsonElement? content, string name) =>
        content is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Text(object? value) => value switch
    {
        byte[] bytes => Text(bytes),
        null => "",
        IEnumerable<object> list => $"[{string.Join(", ", list.Select(Text))}]",
        IDictionary<string, object?> table => $"{{{string.Join(", ", table.Select(p => $"{p.Key}: {Text(p.Value)}"))}}}",
        AmqpTimestamp at => DateTimeOffset.FromUnixTimeSeconds(at.UnixTime).ToString("O"),
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "",
    };

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Convert.ToBase64String(bytes);
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
}
