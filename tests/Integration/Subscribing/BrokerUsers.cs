using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using KkiaEvents.Cli;
using KkiaEvents.Tests.Integration.Infrastructure;
using KkiaEvents.Tests.Integration.Operating;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace KkiaEvents.Tests.Integration.Subscribing;

/// <summary>Users of the broker as <c>kkia broker user</c> makes them, and what they do with RabbitMQ's own client.</summary>
internal static class BrokerUsers
{
    private static readonly string[] MessageTypes = ["urn:message:KkiaEvents.Contracts:ExpectPayment"];

    /// <summary>Runs <c>kkia broker user</c> against the test's broker.</summary>
    public static async Task<KkiaRun> KkiaAsync(Services services, string operations, params string[] arguments)
    {
        var settings = new Dictionary<string, string?> { ["ConnectionStrings:RabbitMq"] = operations, ["KKIAEVENTS_RABBITMQCTL"] = services.Broker.ControlCommand };
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await KkiaApp.RunAsync(["broker", "user", .. arguments], output, error, new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Makes one; its address.</summary>
    public static async Task<string> MakeAsync(Installation system, params string[] arguments)
    {
        var run = await KkiaAsync(system.Services, system.AmqpUriOf("operations"), arguments);
        Assert.True(run.Code == 0, run.Error);
        return run.Output.Trim();
    }

    /// <summary>A user's queue, bound to the exchange of its name as a merchant's service does it.</summary>
    public static async Task<HeardMessages> SubscribeAsync(string address, string queue)
    {
        var connection = await new ConnectionFactory { Uri = new(address) }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(queue, queue, "");
        return await HeardMessages.ConsumeAsync(connection, channel, queue);
    }

    /// <summary>Announces an order with RabbitMQ's own client; the message's id.</summary>
    public static async Task<Guid> AnnounceAsync(string address, string exchange, object command, string? userId, string? origin = null)
    {
        var id = Guid.NewGuid();
        await using var connection = await new ConnectionFactory { Uri = new(address) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        var properties = new BasicProperties { MessageId = id.ToString(), ContentType = "application/vnd.masstransit+json", DeliveryMode = DeliveryModes.Persistent };
        if (userId is not null)
            properties.UserId = userId;
        if (origin is not null)
            properties.Headers = new Dictionary<string, object?> { ["x-first-death-queue"] = origin };
        var envelope = JsonSerializer.SerializeToUtf8Bytes(new { messageId = id, messageType = MessageTypes, headers = new { }, message = command });
        await channel.BasicPublishAsync(exchange, "", mandatory: true, properties, envelope);
        return id;
    }
}

/// <summary>Every message of a queue.</summary>
internal sealed class HeardMessages(IConnection connection) : IAsyncDisposable
{
    private readonly ConcurrentQueue<(BasicDeliverEventArgs Delivery, JsonElement Envelope)> _heard = [];

    public IReadOnlyList<(BasicDeliverEventArgs Delivery, JsonElement Envelope)> All => [.. _heard];

    public IEnumerable<JsonElement> Messages => All.Select(h => h.Envelope.GetProperty("message"));

    public static async Task<HeardMessages> ConsumeAsync(IConnection connection, IChannel channel, string queue)
    {
        var heard = new HeardMessages(connection);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            heard._heard.Enqueue((delivery, JsonDocument.Parse(Encoding.UTF8.GetString(delivery.Body.Span)).RootElement));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return heard;
    }

    /// <summary>Waits for a message of a type that says something of an order.</summary>
    public async Task<JsonElement> WaitForAsync(string type, string orderId)
    {
        IEnumerable<JsonElement> Found() => All.Where(h => h.Envelope.GetProperty("messageType")[0].GetString()!.EndsWith($":{type}", StringComparison.Ordinal))
            .Select(h => h.Envelope.GetProperty("message")).Where(m => m.GetProperty("orderId").GetString() == orderId);
        await Condition.HoldsAsync($"{type} of {orderId} is heard", () => Found().Any());
        return Found().First();
    }

    public async ValueTask DisposeAsync() => await connection.DisposeAsync();
}
