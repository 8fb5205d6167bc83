using System.Collections.Concurrent;
using KkiaEvents.Chaos.Faults;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Chaos;

/// <summary>The provider gives up after 7.5 s; the broker may take minutes, or never come back to it.</summary>
[Collection(TakesServersAway.Name)]
public class Trap08_ThePublishOutlastsTheProvidersPatience(Services services)
{
    private readonly string _spool = Path.Combine(Path.GetTempPath(), $"kkiaevents-chaos-{Guid.NewGuid():n}");

    [Fact]
    public async Task While_the_broker_is_frozen_every_webhook_is_answered_200_and_all_are_delivered_after()
    {
        // Take out: spool.AppendAsync in WebhookKeeper (all are 503); or WaitAsync in BrokerGate (no answer at all).
        var amqp = await services.CreateVirtualHostAsync(Services.UniqueName("frozen"));
        await using var ingress = new IngressProcess(amqp, _spool);
        await ingress.StartAsync();
        await ingress.IsHealthyAsync();
        Assert.Equal(200, (await ingress.PostAsync("before"))!.Status);

        var answered = new ConcurrentBag<string> { "before" };
        await services.Broker.PauseAsync();
        try
        {
            var sending = new List<Task>();
            using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            for (var n = 0; n < 600 && await tick.WaitForNextTickAsync(); n++)
                sending.Add(PostAsync($"frozen_{n}"));
            await Task.WhenAll(sending);
            Assert.Equal(601, answered.Count);

            var (status, body) = await ingress.HealthAsync();
            Assert.Equal(200, status);
            Assert.Equal("Degraded", body.GetProperty("status").GetString());
            Assert.Equal(600, await ingress.SpooledAsync());
            Assert.Contains("kkiaevents_spool_depth 600", await WithoutLabelsAsync(ingress));
        }
        finally
        {
            await services.Broker.ResumeAsync();
        }

        await Broker.HasAllAsync(amqp, answered, () => ingress.Lines);
        await Condition.HoldsAsync("the spool is empty and says so", () => ingress.Lines.Contains("is drained", StringComparison.Ordinal));
        Assert.Single(ingress.Lines.Split('\n'), line => line.Contains("Webhooks go to the spool", StringComparison.Ordinal));

        async Task PostAsync(string transaction)
        {
            if (await ingress.PostAsync(transaction) is { Status: 200 })
                answered.Add(transaction);
        }
    }

    [Fact]
    public async Task In_a_memory_alarm_every_webhook_is_answered_200_and_all_are_delivered_after()
    {
        // Take out: spool.AppendAsync in WebhookKeeper (all are 503).
        var amqp = await services.CreateVirtualHostAsync(Services.UniqueName("alarm"));
        await using var ingress = new IngressProcess(amqp, _spool);
        await ingress.StartAsync();
        await ingress.IsHealthyAsync();
        await services.Broker.SetMemoryAlarmAsync(raised: true);
        IReadOnlyList<string> answered;
        try
        {
            answered = await PostAsync(ingress, "alarm_", 100);
            Assert.Equal(100, await ingress.SpooledAsync());
        }
        finally
        {
            await services.Broker.SetMemoryAlarmAsync(raised: false);
        }

        await DeliveredAsync(amqp, answered, ingress);
    }

    /// <summary>Nothing tells Ingress that the network is gone: its connection stays, and nothing comes back.</summary>
    [Fact]
    public Task While_the_network_swallows_everything_every_webhook_is_answered_200_and_all_are_delivered_after() =>
        BehindAsync(GateState.Swallowing);

    /// <summary>The broker takes the webhooks, and no confirm arrives: they are spooled and delivered again, with the same message ids.</summary>
    [Fact]
    public Task While_confirms_are_withheld_every_webhook_is_answered_200_and_all_are_delivered_after() =>
        BehindAsync(GateState.Withholding);

    [Fact]
    public Task While_the_network_is_cut_every_webhook_is_answered_200_and_all_are_delivered_after() =>
        BehindAsync(GateState.Cut);

    [Fact]
    public async Task A_start_without_a_broker_takes_webhooks_at_once()
    {
        await services.Broker.StopAsync();
        await using var ingress = new IngressProcess(services.BrokerEndpoint.AmqpAddress(), _spool);
        try
        {
            await ingress.StartAsync();
            Assert.Equal(200, (await ingress.PostAsync("no_broker"))!.Status);
            Assert.Equal(200, (await ingress.HealthAsync()).Status);
        }
        finally
        {
            await services.Broker.StartAsync();
        }

        await Broker.HasAllAsync(services.BrokerEndpoint.AmqpAddress(), ["no_broker"], () => ingress.Lines);
    }

    [Fact]
    public async Task A_stop_while_publishes_hang_spools_them_first()
    {
        var amqp = await services.CreateVirtualHostAsync(Services.UniqueName("stopped"));
        await using var ingress = new IngressProcess(amqp, _spool);
        await ingress.StartAsync();
        await ingress.IsHealthyAsync();
        await services.Broker.PauseAsync();
        try
        {
            var hanging = Enumerable.Range(0, 20).Select(n => ingress.PostAsync($"stopped_{n}")).ToList();
            // One that had not arrived when the stop began is not answered, and nobody owes it anything.
            await Condition.HoldsAsync("webhooks are in Ingress's hands", async () =>
                (await ingress.MetricsAsync()).Split('\n').Any(l => l.StartsWith("kkiaevents_webhooks_received_total{", StringComparison.Ordinal) && l.Contains("transaction.success", StringComparison.Ordinal)));
            var stopping = ingress.StopAsync();
            await Task.WhenAll(hanging);
            await stopping;
            var answered = Enumerable.Range(0, 20).Where(n => hanging[n].Result is { Status: 200 }).Select(n => $"stopped_{n}").ToList();
            Assert.NotEmpty(answered);
            await services.Broker.ResumeAsync();
            await ingress.StartAsync();
            await Broker.HasAllAsync(amqp, answered, () => ingress.Lines);
        }
        finally
        {
            await services.Broker.ResumeAsync();
        }
    }

    // Take out: spool.AppendAsync in WebhookKeeper (all are 503); or WaitAsync in BrokerGate (no answer at all).
    private async Task BehindAsync(GateState state)
    {
        var amqp = await services.CreateVirtualHostAsync(Services.UniqueName(state.ToString().ToLowerInvariant()));
        await using var gate = new TcpGate(services.BrokerEndpoint.Port);
        await using var ingress = new IngressProcess(Broker.Through(gate, amqp), _spool);
        await ingress.StartAsync();
        await ingress.IsHealthyAsync();
        gate.Become(state);
        var answered = await PostAsync(ingress, "gate_", 100);
        Assert.Equal(100, await ingress.SpooledAsync());
        gate.Become(GateState.Open);
        await DeliveredAsync(amqp, answered, ingress);
    }

    /// <summary>Posts webhooks, all at once; each must be answered 200.</summary>
    private static async Task<IReadOnlyList<string>> PostAsync(IngressProcess ingress, string prefix, int count)
    {
        var transactions = Enumerable.Range(0, count).Select(n => $"{prefix}{n}").ToList();
        var answers = await Task.WhenAll(transactions.Select(transaction => ingress.PostAsync(transaction)));
        Assert.All(answers, answer => Assert.Equal(200, answer?.Status));
        return transactions;
    }

    private static async Task DeliveredAsync(string amqp, IReadOnlyCollection<string> answered, IngressProcess ingress)
    {
        await Broker.HasAllAsync(amqp, answered, () => ingress.Lines);
        await Condition.HoldsAsync("the spool is empty", async () => await ingress.SpooledAsync() == 0);
    }

    private static async Task<string> WithoutLabelsAsync(IngressProcess ingress) =>
        System.Text.RegularExpressions.Regex.Replace(await ingress.MetricsAsync(), @"\{[^}]*\} (\d+)( \d+)?", " $1");
}
