using System.Net;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration;

/// <summary>The broker, the database and the Processor go away and come back.</summary>
[Collection(TakesServersAway.Name)]
public class OutageTests(Installation system) : IClassFixture<Installation>
{
    [Fact]
    public async Task Webhooks_posted_while_no_Processor_runs_come_out_when_one_starts()
    {
        const int payments = 300;
        await system.StopProcessorsAsync();
        await PostAsync("stopped_", payments);
        Assert.DoesNotContain(system.Outcomes.All, o => o.TransactionId.StartsWith("stopped_", StringComparison.Ordinal));
        await system.StartProcessorAsync();
        await ExactlyOnceAsync("stopped_", payments);
    }

    [Fact]
    public async Task A_database_that_goes_away_under_load_loses_and_doubles_nothing()
    {
        const int payments = 300;
        await system.Provider.PayManyAsync("dbdown_", payments);
        await SendAsync("dbdown_", 0, payments / 3);
        await system.Services.Database.KillAsync();
        try
        {
            await SendAsync("dbdown_", payments / 3, payments);
        }
        finally
        {
            await system.Services.Database.StartAsync();
        }

        await ExactlyOnceAsync("dbdown_", payments);
    }

    [Fact]
    public async Task Without_a_broker_a_webhook_is_spooled_and_comes_out_when_it_is_back()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.Services.Broker.StopAsync();
        try
        {
            using var spooled = await system.PostAsync(Installation.Body(id));
            Assert.Equal(HttpStatusCode.OK, spooled.StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await system.Ingress.GetAsync("/health/ready")).StatusCode);
        }
        finally
        {
            await system.Services.Broker.StartAsync();
        }

        await system.Outcomes.WaitForAsync(id);
        await ExactlyOnceAsync(id, 1);
    }

    [Fact]
    public async Task A_frozen_broker_holds_no_answer_up_and_what_was_spooled_is_not_doubled()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.Services.Broker.PauseAsync();
        try
        {
            using var spooled = await system.PostAsync(Installation.Body(id));
            Assert.Equal(HttpStatusCode.OK, spooled.StatusCode);
        }
        finally
        {
            await system.Services.Broker.ResumeAsync();
        }

        await system.Outcomes.WaitForAsync(id);
        await ExactlyOnceAsync(id, 1);
    }

    private async Task PostAsync(string prefix, int payments)
    {
        await system.Provider.PayManyAsync(prefix, payments);
        await SendAsync(prefix, 0, payments);
    }

    private async Task SendAsync(string prefix, int from, int to) =>
        await Parallel.ForEachAsync(Enumerable.Range(from, to - from), new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (n, _) => await system.NotifyAsync($"{prefix}{n}", order: $"{prefix}{n}"));

    private async Task ExactlyOnceAsync(string prefix, int payments)
    {
        await Condition.HoldsAsync($"all {payments} of {prefix} came out", () => Of(prefix).Select(o => o.TransactionId).Distinct().Count() == payments, TimeSpan.FromMinutes(2));
        await Condition.HoldsAsync("nothing is undelivered", async () => await system.ReadAsync<long>("select count(*) from kkiaevents.deliveries where delivered_at is null") == 0);
        Assert.Equal(payments, Of(prefix).Count);
        Assert.All(Of(prefix), o => Assert.Equal("OrderPaid", o.Type));
    }

    private List<ReceivedOutcome> Of(string prefix) => [.. system.Outcomes.Distinct.Where(o => o.TransactionId.StartsWith(prefix, StringComparison.Ordinal))];
}
