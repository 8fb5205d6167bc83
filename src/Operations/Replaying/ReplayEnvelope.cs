using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Storage;
using MassTransit;
using MassTransit.Metadata;
using MassTransit.Serialization;
using RabbitMQ.Client;

namespace KkiaEvents.Operations.Replaying;

/// <summary>A stored outcome as it goes on the bus again: as the relay publishes it, but with an id of its own and headers that say what it is.</summary>
internal static class ReplayEnvelope
{
    public const string ContentType = "application/vnd.masstransit+json";

    private static readonly JsonSerializerOptions Json = new(SystemTextJsonMessageSerializer.Options) { WriteIndented = false };

    /// <summary>
    /// The message's id: the same when a run publishes the same outcome twice (it may, after a broken connection), another
    /// in another run, so that no subscriber's or broker's dedupe by message id swallows the second run.
    /// </summary>
    public static Guid MessageIdOf(Guid runId, Guid eventId)
    {
        Span<byte> ids = stackalloc byte[32];
        runId.TryWriteBytes(ids, bigEndian: true, out _);
        eventId.TryWriteBytes(ids[16..], bigEndian: true, out _);
        return DerivedId.Of(ids);
    }

    public static (BasicProperties Properties, byte[] Body) Write(ReplayStarted run, OrderEvent outcome, DateTimeOffset now)
    {
        var messageId = MessageIdOf(run.RunId, outcome.EventId).ToString();
        var headers = new Dictionary<string, object?>
        {
            [ReplayHeaders.Run] = run.RunId.ToString(),
            [ReplayHeaders.By] = run.By,
            [ReplayHeaders.OriginalMessageId] = outcome.EventId.ToString(),
        };
        var types = MessageTypeCache.GetMessageTypeNames(outcome.GetType());
        var envelope = new JsonMessageEnvelope
        {
            MessageId = messageId,
            ConversationId = run.RunId.ToString(),
            MessageType = types,
            Message = outcome,
            SentTime = now.UtcDateTime,
            Headers = headers,
            Host = HostMetadataCache.Host,
        };
        var properties = new BasicProperties
        {
            MessageId = messageId,
            ContentType = ContentType,
            DeliveryMode = DeliveryModes.Persistent,
            Headers = new Dictionary<string, object?>(headers),
        };
        return (properties, JsonSerializer.SerializeToUtf8Bytes(envelope, Json));
    }
}
