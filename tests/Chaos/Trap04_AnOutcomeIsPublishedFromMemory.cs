using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Chaos;

/// <summary>Who commits and then publishes what it has in memory loses it by a kill in between.</summary>
public class Trap04_AnOutcomeIsPublishedFromMemory(Trap04_AnOutcomeIsPublishedFromMemory.NobodySubscribed system)
    : IClassFixture<Trap04_AnOutcomeIsPublishedFromMemory.NobodySubscribed>
{
    public sealed class NobodySubscribed(Services services) : Pipeline(services)
    {
        protected override int ProcessorsAtStart => 0;

        protected override bool Subscribed => false;
    }

    [Fact]
    public async Task A_kill_between_commit_and_publish_or_between_confirm_and_stamp_loses_nothing_and_repeats_under_the_same_id()
    {
        // Take out: the insert of DeliveryRow in SettlementCommit, and publish in its place.
        await system.StartProcessorAsync();
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(id);
        // Committed, and nobody there to publish to.
        await Condition.HoldsAsync("it is committed", async () => await system.ReadAsync<long>("select count(*) from kkiaevents.deliveries where attempts > 0") == 1);
        await system.KillProcessorsAsync();
        await system.SubscribeAsync();

        await using (var held = await HeldStamp.TakeAsync(system))
        {
            await system.StartProcessorAsync();
            await system.Outcomes.WaitForAsync(id);
            await held.SomebodyIsHeldAsync();
            await system.KillProcessorsAsync();
        }

        Assert.Single(system.Outcomes.All);
        await system.StartProcessorAsync();
        await Condition.HoldsAsync("it is stamped", async () => await system.ReadAsync<long>("select count(*) from kkiaevents.deliveries where delivered_at is not null") == 1);
        await Condition.HoldsAsync("it came again", () => system.Outcomes.All.Count == 2);
        Assert.Single(system.Outcomes.Distinct);

        // And at any other moment.
        const int payments = 300;
        await system.Provider.PayManyAsync("killed_", payments);
        var sending = system.NotifyManyAsync("killed_", payments);
        for (var kill = 1; kill <= 8; kill++)
        {
            var some = payments * kill / 16;
            await Condition.HoldsAsync($"{some} came out", () => system.Of("killed_").Count >= some);
            await system.KillProcessorsAsync();
            await system.StartProcessorAsync();
        }

        await sending;
        await system.EachIsPaidOnceAsync("killed_", payments);
    }
}
