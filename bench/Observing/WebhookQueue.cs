using KkiaEvents.Bench.Running;
using RabbitMQ.Client;

namespace KkiaEvents.Bench.Observing;

/// <summary>The Processor's queue, seen from outside.</summary>
internal sealed class WebhookQueue : IAsyncDisposable
{
    private const string Name = "kkiaevents-processor";
    private readonly IConnection connection;
    private readonly IChannel channel;

    private WebhookQueue(IConnection connection, IChannel channel) => (this.connection, this.channel) = (connection, channel);

    public static async Task<WebhookQueue> OpenAsync(string broker, CancellationToken cancellation)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync("kkiaevents-bench-probe", cancellation).ConfigureAwait(false);
        return new(connection, await connection.CreateChannelAsync(cancellationToken: cancellation).ConfigureAwait(false));
    }

    /// <summary>Webhooks that no Processor has been handed.</summary>
    public async Task<uint> ReadyAsync(CancellationToken cancellation) => (await ReadAsync(cancellation).ConfigureAwait(false)).MessageCount;

    /// <summary>Empties it; how many it held.</summary>
    public Task<uint> PurgeAsync(CancellationToken cancellation) => channel.QueuePurgeAsync(Name, cancellation);

    /// <summary>Waits until the broker begins to hand webhooks out.</summary>
    public async Task WaitForConsumerAsync(CancellationToken cancellation)
    {
        while ((await ReadAsync(cancellation).ConfigureAwait(false)).ConsumerCount == 0)
            await Task.Delay(5, cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits until it holds what was confirmed: a quorum queue's count follows a moment later.</summary>
    /// <exception cref="BenchFailedException">It does not.</exception>
    public async Task WaitForAsync(int confirmed, CancellationToken cancellation)
    {
        uint ready = 0;
        for (var deadline = DateTime.UtcNow.AddSeconds(30); DateTime.UtcNow < deadline;)
        {
            ready = await ReadyAsync(cancellation).ConfigureAwait(false);
            if (ready >= confirmed)
                return;
            await Task.Delay(100, cancellation).ConfigureAwait(false);
        }

        throw new BenchFailedException($"{confirmed} webhooks were acknowledged, but the queue holds {ready}.");
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private Task<QueueDeclareOk> ReadAsync(CancellationToken cancellation) => channel.QueueDeclarePassiveAsync(Name, cancellation);
}
