using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration;

/// <summary>What the relay is handed when a stored outcome is not what it should be.</summary>
public class DeliveryQueueTests(NobodySubscribed system) : IClassFixture<NobodySubscribed>
{
    [Fact]
    public async Task An_outcome_whose_stored_event_is_empty_waits_and_is_not_taken_for_delivered()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(id);
        await Condition.HoldsAsync("it waits for its first subscriber", () => WaitsAsync(id, "No queue is bound to OrderPaid%"));
        Assert.Equal(1, await system.TamperAsync($"update kkiaevents.mt_events set data = 'null' where stream_id = 'default/{id}' and type = 'order_paid'"));
        await Condition.HoldsAsync("it says why it waits", () => WaitsAsync(id, "the stored event is empty"));
    }

    private async Task<bool> WaitsAsync(string id, string why) => await system.ReadAsync<long>(
        $"select count(*) from kkiaevents.deliveries where transaction_id = '{id}' and delivered_at is null and last_error like '{why}'") == 1;
}
