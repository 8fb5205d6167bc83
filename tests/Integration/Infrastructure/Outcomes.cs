using System.Collections.Concurrent;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace KkiaEvents.Tests.Integration.Infrastructure;

/// <summary>An event as a subscriber got it.</summary>
public sealed record ReceivedOutcome(string Type, string MessageId, string? TraceParent, JsonElement Message)
{
    public string TransactionId => Message.GetProperty("transactionId").GetString()!;

    public string? Text(string property) => Message.GetProperty(property).GetString();

    public long Amount => Message.GetProperty("amount").GetInt64();
}

/// <summary>A subscriber that knows the bus only by its documentation: fanout exchanges named by type, MassTransit's JSON envelope.</summary>
public sealed class Outcomes : IAsyncDisposable
{
    private static readonly string[] Types = ["OrderPaid", "OrderPaymentFailed", "OrderPaymentFlagged", "OrderRefunded"];

    private readonly ConcurrentQueue<ReceivedOutcome> _received = [];
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private Outcomes(IConnection connection, IChannel channel)
    {
        _connection = connection;
        _channel = channel;
    }

    public IReadOnlyCollection<ReceivedOutcome> All => _received;

    /// <summary>Distinct events: a repeat on the wire has the same id.</summary>
    public IReadOnlyList<ReceivedOutcome> Distinct => [.. _received.DistinctBy(r => r.MessageId)];

    public static async Task<Outcomes> SubscribeAsync(string amqpUri)
    {
        var connection = await new ConnectionFactory { Uri = new(amqpUri) }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        // Durable: it must be there again after the broker was restarted.
        var queue = $"subscriber-{Guid.NewGuid():n}";
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        foreach (var type in Types)
        {
            await channel.ExchangeDeclareAsync($"KkiaEvents.Contracts:{type}", ExchangeType.Fanout, durable: true);
            await channel.QueueBindAsync(queue, $"KkiaEvents.Contracts:{type}", "");
        }

        var outcomes = new Outcomes(connection, channel);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            var envelope = JsonSerializer.Deserialize<JsonElement>(delivery.Body.Span);
            outcomes._received.Enqueue(new(
                envelope.GetProperty("messageType")[0].GetString()!.Split(':')[^1], envelope.GetProperty("messageId").GetString()!,
                envelope.GetProperty("headers").TryGetProperty("MT-Activity-Id", out var trace) ? trace.GetString() : null, envelope.GetProperty("message").Clone()));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return outcomes;
    }

    public IReadOnlyList<ReceivedOutcome> Of(string transactionId) => [.. Distinct.Where(r => r.TransactionId == transactionId)];

    /// <summary>Waits for a transaction's events, and says what else came when they don't.</summary>
    public async Task<ReceivedOutcome> WaitForAsync(string transactionId, string type = "OrderPaid")
    {
        await Condition.HoldsAsync(
            $"{type} of {transactionId} (its events: {string.Join(", ", Of(transactionId).Select(o => o.Type))})",
            () => Of(transactionId).Any(o => o.Type == type));
        return Of(transactionId).First(o => o.Type == type);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
