using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Ingress.Spooling;
using KkiaEvents.Ingress.Webhooks;

namespace KkiaEvents.Ingress.Publishing;

/// <summary>A webhook as it lies in the spool: JSON of the bus message's name and the message, so that a person can read it too.</summary>
internal static class SpooledWebhook
{
    private static readonly Dictionary<string, Type> Types = new[]
    {
        typeof(TransactionSucceeded), typeof(TransactionFailed), typeof(TransactionTimedOut), typeof(TransactionUnrecognized),
    }.ToDictionary(type => type.Name);

    // What came in came in: nothing of it is left out for being null, and names are those of the contract.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    public static SpoolRecord Of(IncomingWebhook webhook, DateTimeOffset now)
    {
        var type = webhook.Message.GetType();
        return new(now, JsonSerializer.SerializeToUtf8Bytes(new Content(type.Name, JsonSerializer.SerializeToElement(webhook.Message, type, Json)), Json));
    }

    /// <summary>The webhook again.</summary>
    /// <exception cref="UnreadableRecordException">It is no message of this version.</exception>
    public static IncomingWebhook Read(SpoolRecord record)
    {
        try
        {
            var (name, message) = JsonSerializer.Deserialize<Content>(record.Content, Json) ?? throw new UnreadableRecordException("it is empty");
            if (!Types.TryGetValue(name, out var type))
                throw new UnreadableRecordException($"this version knows no message '{name}'");
            return message.Deserialize(type, Json) switch
            {
                TransactionNotification n => IncomingWebhook.Of(n),
                TransactionUnrecognized u => IncomingWebhook.Of(u),
                _ => throw new UnreadableRecordException("it is empty"),
            };
        }
        catch (JsonException e)
        {
            throw new UnreadableRecordException($"it is no message: {e.Message}");
        }
    }

    private sealed record Content(string Type, JsonElement Message);
}

/// <summary>A record is no webhook that this version knows.</summary>
internal sealed class UnreadableRecordException(string message) : Exception(message);
