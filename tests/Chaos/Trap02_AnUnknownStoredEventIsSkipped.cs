using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Chaos;

/// <summary>A stored outcome that the running version can't read must wait with an alarm, and stop no other.</summary>
public class Trap02_AnUnknownStoredEventIsSkipped(Trap02_AnUnknownStoredEventIsSkipped.NobodySubscribed system)
    : IClassFixture<Trap02_AnUnknownStoredEventIsSkipped.NobodySubscribed>
{
    public sealed class NobodySubscribed(Services services) : Pipeline(services)
    {
        protected override bool Subscribed => false;
    }

    [Fact]
    public async Task An_event_of_an_unknown_type_waits_with_its_reason_and_stops_no_other()
    {
        var (readable, unreadable) = (await system.Provider.PayAsync(new { amount = 5000 }), await system.Provider.PayAsync(new { amount = 5000 }));
        await system.NotifyAsync(readable);
        await system.NotifyAsync(unreadable);
        await Condition.HoldsAsync("both wait for their first subscriber, and the ledger says so",
            async () => await system.ReadAsync<long>("select count(*) from kkiaevents.deliveries where delivered_at is null and last_error like '%No queue is bound to OrderPaid%'") == 2);

        // Take out: the line of DeliveryQueue.Read that says 'is unknown to this version'.
        await RenameAsync(unreadable, "order_paid", "order_from_the_future");
        await system.SubscribeAsync();
        await system.Outcomes.WaitForAsync(readable);
        await Condition.HoldsAsync("the unreadable one says why it waits",
            async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.deliveries where transaction_id = '{unreadable}' and delivered_at is null and last_error like '%order_from_the_future%'") == 1);
        Assert.Empty(system.Outcomes.Of(unreadable));

        await RenameAsync(unreadable, "order_from_the_future", "order_paid");
        await system.Outcomes.WaitForAsync(unreadable);
        await Condition.HoldsAsync("both are stamped", async () => await system.ReadAsync<long>("select count(*) from kkiaevents.deliveries where delivered_at is not null and routed") == 2);
    }

    private async Task RenameAsync(string transactionId, string from, string to)
    {
        Assert.Equal(1, await system.TamperAsync($"update kkiaevents.mt_events set type = '{to}' where stream_id = 'default/{transactionId}' and type = '{from}'"));
    }
}
