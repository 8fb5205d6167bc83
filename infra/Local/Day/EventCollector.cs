using System.Text.Json;
using KkiaEvents.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace KkiaEvents.Local.Day;

/// <summary>A subscriber of its own: a queue bound to the order events' exchanges. Ignores repeats by event id, as every subscriber must.</summary>
internal sealed class EventCollector : IAsyncDisposable
{
    public const string Unrecognized = nameof(TransactionUnrecognized);
    private const string Namespace = "KkiaEvents.Contracts";
    private static readonly string[] Types =
        [nameof(OrderPaid), nameof(OrderPaymentFailed), nameof(OrderPaymentFlagged), nameof(OrderRefunded), Unrecognized];

    private readonly IConnection connection;
    private readonly IChannel channel;
    private readonly HashSet<string> seen = [];
    private readonly List<ObservedEvent> events = [];
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private EventCollector(IConnection connection, IChannel channel)
    {
        this.connection = connection;
        this.channel = channel;
    }

    public static async Task<EventCollector> SubscribeAsync(string broker, CancellationToken cancellation)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync("kkiaevents-day", cancellation).ConfigureAwait(false);
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation).ConfigureAwait(false);
        var collector = new EventCollector(connection, channel);
        var queue = await channel.QueueDeclareAsync(durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellation).ConfigureAwait(false);
        foreach (var type in Types)
        {
            var exchange = $"{Namespace}:{type}";
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: cancellation).ConfigureAwait(false);
            await channel.QueueBindAsync(queue.QueueName, exchange, "", cancellationToken: cancellation).ConfigureAwait(false);
        }

        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            collector.Take(delivery);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer, cancellation).ConfigureAwait(false);
        return collector;
    }

    /// <summary>Announces what an order is due, in the envelope that MassTransit's consumers read.</summary>
    public async Task ExpectAsync(string orderId, long amount, CancellationToken cancellation)
    {
        var envelope = JsonSerializer.SerializeToUtf8Bytes(new
        {
            messageId = Guid.NewGuid(),
            messageType = new[] { $"urn:message:{Namespace}:{nameof(ExpectPayment)}" },
            message = new { merchant = "default", orderId, amount },
        });
        var properties = new BasicProperties { ContentType = "application/vnd.masstransit+json", DeliveryMode = DeliveryModes.Persistent };
        await channel.BasicPublishAsync($"{Namespace}:{nameof(ExpectPayment)}", "", mandatory: true, properties, envelope, cancellation).ConfigureAwait(false);
    }

    /// <summary>How many messages a queue holds ready; null when there is no such queue.</summary>
    public async Task<uint?> ReadyAsync(string queue, CancellationToken cancellation)
    {
        // A channel of its own: asking for a queue that does not exist closes the channel.
        await using var asking = await connection.CreateChannelAsync(cancellationToken: cancellation).ConfigureAwait(false);
        try
        {
            return await asking.MessageCountAsync(queue, cancellation).ConfigureAwait(false);
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return null;
        }
    }

    /// <summary>What came about a transaction, oldest first.</summary>
    public IReadOnlyList<ObservedEvent> About(string transactionId)
    {
        lock (events)
            return [.. events.Where(one => one.Text("transactionId") == transactionId || (one.Type == Unrecognized && one.Text("body")!.Contains(transactionId, StringComparison.Ordinal)))];
    }

    public async Task WaitForAsync(string transactionId, int count, CancellationToken cancellation)
    {
        while (true)
        {
            var next = Volatile.Read(ref arrived).Task;
            if (About(transactionId).Count >= count)
                return;
            await next.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private void Take(BasicDeliverEventArgs delivery)
    {
        using var envelope = JsonDocument.Parse(delivery.Body);
        var message = envelope.RootElement.GetProperty("message").Clone();
        var observed = new ObservedEvent(envelope.RootElement.GetProperty("messageType")[0].GetString()!.Split(':')[^1], message);
        lock (events)
        {
            if (!seen.Add(observed.Text("eventId") ?? observed.Text("deliveryId") ?? delivery.BasicProperties.MessageId ?? ""))
                return;
            events.Add(observed);
        }

        Interlocked.Exchange(ref arrived, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}
