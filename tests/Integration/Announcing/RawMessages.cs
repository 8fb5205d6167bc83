using System.Text;
using System.Text.Json;
using KkiaEvents.Tests.Integration.Infrastructure;
using KkiaEvents.Tests.Integration.Operating;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration.Announcing;

/// <summary>Messages as whoever else may put them on the bus, byte for byte, and what became of them.</summary>
internal static class RawMessages
{
    public const string Announcements = "KkiaEvents.Contracts:ExpectPayment";

    public const string MassTransitJson = "application/vnd.masstransit+json";

    /// <summary>An announcement's envelope around a message that is JSON text.</summary>
    public static string Envelope(string message, string type = Announcements) => $$"""{"messageType":["urn:message:{{type}}"],"headers":{},"message":{{message}}}""";

    /// <summary>Publishes and waits for the broker to have it in a queue; the message's id.</summary>
    public static async Task<string> PublishAsync(string address, string exchange, byte[] body, string? contentType = MassTransitJson, string? id = null)
    {
        var properties = new BasicProperties { MessageId = id ?? Guid.NewGuid().ToString(), DeliveryMode = DeliveryModes.Persistent };
        if (contentType is not null)
            properties.ContentType = contentType;
        await using var connection = await new ConnectionFactory { Uri = new(address) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.BasicPublishAsync(exchange, "", mandatory: true, properties, body);
        return properties.MessageId;
    }

    public static Task<string> PublishAsync(string address, string exchange, string body, string? contentType = MassTransitJson, string? id = null) =>
        PublishAsync(address, exchange, Encoding.UTF8.GetBytes(body), contentType, id);

    /// <summary>Waits for a message in the dead letters, as the API shows it.</summary>
    public static async Task<JsonElement> AsideAsync(Operators system, string id)
    {
        JsonElement found = default;
        await Condition.HoldsAsync($"{id} is in the dead letters", async () =>
        {
            var letters = JsonDocument.Parse(await system.Reader.GetStringAsync($"/api/v1/dead-letters/{Bus.Topology.DeadLetters}?limit=1000")).RootElement;
            found = letters.EnumerateArray().FirstOrDefault(l => l.GetProperty("id").GetString() == id);
            return found.ValueKind == JsonValueKind.Object;
        });
        return found;
    }
}
