using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Chaos;

/// <summary>In a memory alarm the broker reads nothing more from whoever publishes; taking messages out of queues is what ends it.</summary>
[Collection(TakesServersAway.Name)]
public class AMemoryAlarmKeepsTheQueueFull(AMemoryAlarmKeepsTheQueueFull.LateProcessor system) : IClassFixture<AMemoryAlarmKeepsTheQueueFull.LateProcessor>
{
    // More than a Processor is handed at once: the rest comes only for acknowledgements.
    private const int Many = 1000;

    [Fact]
    public async Task Webhooks_are_settled_during_the_alarm_and_their_outcomes_follow_it()
    {
        // Take out: IOutgoingBus in OutcomePublisher (IBus in its place): acknowledgements stop with the first outcome.
        await system.Provider.PayManyAsync("alarm_", Many);
        await system.NotifyManyAsync("alarm_", Many);
        await system.Services.Broker.SetMemoryAlarmAsync(raised: true);
        try
        {
            await system.StartProcessorAsync();
            await Condition.HoldsAsync("every webhook is settled", async () => await system.UndeliveredAsync() == Many, TimeSpan.FromMinutes(2));
            Assert.Empty(system.Of("alarm_"));
        }
        finally
        {
            await system.Services.Broker.SetMemoryAlarmAsync(raised: false);
        }

        await system.EachIsPaidOnceAsync("alarm_", Many);
    }

    public class LateProcessor(Services services) : Pipeline(services)
    {
        protected override int ProcessorsAtStart => 0;
    }
}
