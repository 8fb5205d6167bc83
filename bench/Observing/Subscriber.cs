using KkiaEvents.Bench.Running;
using KkiaEvents.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace KkiaEvents.Bench.Observing;

/// <summary>A shop's service: a durable queue bound to the order events, every message acknowledged by itself.</summary>
internal sealed class Subscriber : IAsyncDisposable
{
    private const string Queue = "kkiaevents-bench";
    private static readonly string Namespace = typeof(OrderPaid).Namespace!;
    private static readonly string[] Types =
        [nameof(OrderPaid), nameof(OrderPaymentFailed), nameof(OrderPaymentFlagged), nameof(OrderRefunded)];

    private readonly IConnection connection;
    private readonly IChannel channel;
    private readonly Action<ObservedOutcome>? taken;
    private Arrivals? current;

    private Subscriber(IConnection connection, IChannel channel, Action<ObservedOutcome>? taken) => (this.connection, this.channel, this.taken) = (connection, channel, taken);

    /// <param name="broker">Its address.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="taken">Told of everything that comes, on one thread, before it is acknowledged.</param>
    public static async Task<Subscriber> StartAsync(string broker, CancellationToken cancellation, Action<ObservedOutcome>? taken = null)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync("kkiaevents-bench", cancellation).ConfigureAwait(false);
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellation).ConfigureAwait(false);
        var subscriber = new Subscriber(connection, channel, taken);
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellation).ConfigureAwait(false);
        foreach (var type in Types)
        {
            var exchange = $"{Namespace}:{type}";
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: cancellation).ConfigureAwait(false);
            await channel.QueueBindAsync(Queue, exchange, "", cancellationToken: cancellation).ConfigureAwait(false);
        }

        await channel.BasicQosAsync(0, 500, global: false, cancellation).ConfigureAwait(false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => subscriber.TakeAsync(delivery);
        await channel.BasicConsumeAsync(Queue, autoAck: false, consumer, cancellation).ConfigureAwait(false);
        return subscriber;
    }

    /// <summary>From now on, what comes is about this series.</summary>
    public Arrivals Expect(PaymentSeries series) => current = new Arrivals(series);

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task TakeAsync(BasicDeliverEventArgs delivery)
    {
        var outcome = ObservedOutcome.Read(delivery.Body.Span);
        current?.Take(outcome);
        taken?.Invoke(outcome);
        await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false).ConfigureAwait(false);
    }
}
