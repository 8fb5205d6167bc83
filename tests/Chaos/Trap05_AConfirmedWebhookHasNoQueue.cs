using KkiaEvents.Tests.Integration.Infrastructure;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Chaos;

/// <summary>The broker confirms what it can route nowhere, and drops it.</summary>
public sealed class Trap05_AConfirmedWebhookHasNoQueue(Services services) : IAsyncLifetime
{
    private readonly string _spool = Path.Combine(Path.GetTempPath(), $"kkiaevents-chaos-{Guid.NewGuid():n}");
    private IngressProcess _ingress = null!;
    private string _amqp = "";

    public async ValueTask InitializeAsync()
    {
        _amqp = await services.CreateVirtualHostAsync(Services.UniqueName("unroutable"));
        _ingress = new(_amqp, _spool);
    }

    public ValueTask DisposeAsync() => _ingress.DisposeAsync();

    [Fact]
    public async Task On_a_fresh_broker_webhooks_wait_for_a_Processor_that_never_ran()
    {
        // Take out: the queues in TopologyDeclaration.
        await _ingress.StartAsync();
        await PostAsync("fresh", 20);
    }

    [Fact]
    public async Task What_is_unbound_while_webhooks_come_is_bound_again_and_none_is_lost()
    {
        // Take out: Mandatory in WebhookPublisher.
        await _ingress.StartAsync();
        await PostAsync("bound", 1);
        await using var connection = await new ConnectionFactory { Uri = new(_amqp) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var sending = PostAsync("unbound", 300, meanwhile: () => channel.QueueUnbindAsync(Broker.Queue, Broker.Queue, ""));
        await sending;
    }

    [Fact]
    public async Task What_no_queue_takes_is_kept_until_one_does()
    {
        // Take out: Mandatory in WebhookPublisher.
        await using var connection = await new ConnectionFactory { Uri = new(_amqp) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        // Of another kind than ours, so that the topology can't be declared, and bound to nothing.
        await channel.QueueDeclareAsync(Broker.Queue, durable: true, exclusive: false, autoDelete: false);
        await _ingress.StartAsync();
        for (var n = 0; n < 5; n++)
            Assert.Equal(200, (await _ingress.PostAsync($"unroutable_{n}"))!.Status);
        Assert.Equal(5, await _ingress.SpooledAsync());
        await channel.QueueDeleteAsync(Broker.Queue);
        await Broker.HasAllAsync(_amqp, [.. Enumerable.Range(0, 5).Select(n => $"unroutable_{n}")], () => _ingress.Lines);
    }

    private async Task PostAsync(string prefix, int count, Func<Task>? meanwhile = null)
    {
        string[] ids = [.. Enumerable.Range(0, count).Select(n => $"{prefix}_{n}")];
        foreach (var (n, id) in ids.Index())
        {
            if (n == count / 3 && meanwhile is not null)
                await meanwhile();
            Assert.Equal(200, (await _ingress.PostAsync(id))?.Status);
        }

        await Broker.HasAllAsync(_amqp, ids, () => _ingress.Lines);
    }
}
