using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration;

public sealed class NobodySubscribed(Services services) : Installation(services)
{
    protected override bool Subscribed => false;
}

/// <summary>What becomes of an outcome that the bus can't take yet. One test: its steps need a bus that nobody has subscribed to.</summary>
public class DeliveryTests(NobodySubscribed system) : IClassFixture<NobodySubscribed>
{
    [Fact]
    public async Task OrderPaid_waits_for_its_first_subscriber_and_an_event_of_an_unknown_type_stops_no_other()
    {
        var (readable, unreadable) = (await system.PayAsync(new { amount = 5000 }), await system.PayAsync(new { amount = 5000 }));
        await system.NotifyAsync(readable);
        await system.NotifyAsync(unreadable);
        await Condition.HoldsAsync("both wait, and the ledger says for what",
            async () => await system.ReadAsync<long>("select count(*) from kkiaevents.deliveries where delivered_at is null and last_error like '%No queue is bound to OrderPaid%'") == 2);

        // A stored type that this version does not know. Take out: the left join's problem in DeliveryQueue.Read.
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
