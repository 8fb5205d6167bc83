using KkiaEvents.Chaos.Faults;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Chaos;

/// <summary>A publish without a confirm is neither done nor undone: it is repeated, under the same id and in the same order.</summary>
public class Trap03_AnUnconfirmedPublishIsTakenForDelivered(Services services, Trap03_AnUnconfirmedPublishIsTakenForDelivered.NobodySubscribed system)
    : IClassFixture<Trap03_AnUnconfirmedPublishIsTakenForDelivered.NobodySubscribed>
{
    public sealed class NobodySubscribed(Services services) : Pipeline(services)
    {
        protected override bool Subscribed => false;
    }

    [Fact]
    public async Task An_outcome_whose_confirm_does_not_come_is_sent_again_before_what_follows_it()
    {
        // Take out: the catch of OperationCanceledException in Relay, for one that returns new(undelivered, null).
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(id);
        await WaitingAsync("No queue is bound to OrderPaid", 1);
        await system.Provider.MoveAsync(id, "refunded");
        await system.NotifyAsync(id, salt: "refunded");
        await Condition.HoldsAsync("both outcomes wait", async () => await system.UndeliveredAsync() == 2);

        // Another one first, so that nothing but the confirms is left to wait for.
        await system.ExecuteAsync("update kkiaevents.deliveries set not_before = now() + interval '1 hour'");
        await system.SubscribeAsync();
        var first = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(first);
        await system.Outcomes.WaitForAsync(first);
        await Condition.HoldsAsync("it is stamped", async () => await system.UndeliveredAsync() == 2);
        system.BrokerGate.Become(GateState.Withholding);
        await system.ExecuteAsync("update kkiaevents.deliveries set not_before = now() where delivered_at is null");
        await Condition.HoldsAsync("OrderPaid came, and nobody knows", () => Copies() == 1);
        await WaitingAsync("The broker did not confirm in time", 1);
        Assert.Equal(2, await system.UndeliveredAsync());
        Assert.DoesNotContain(system.Outcomes.All, o => o.Type == "OrderRefunded");

        system.BrokerGate.Become(GateState.Open);
        await system.Outcomes.WaitForAsync(id, "OrderRefunded");
        await Condition.HoldsAsync("both are stamped", async () => await system.UndeliveredAsync() == 0);
        Assert.True(Copies() > 1, "OrderPaid was not sent again");
        // The subscriber's queue is one, so what came last was sent last: no OrderPaid after the refund.
        Assert.Equal(["OrderPaid", "OrderRefunded"], system.Outcomes.Of(id).Select(o => o.Type));
        Assert.Equal("OrderRefunded", system.Outcomes.All.Last().Type);

        int Copies() => system.Outcomes.All.Count(o => o.Type == "OrderPaid" && o.TransactionId == id);
    }

    [Fact]
    public async Task A_webhook_whose_confirm_does_not_come_is_answered_200_and_has_one_message_id()
    {
        // Take out: spool.AppendAsync in WebhookKeeper.
        var amqp = await services.CreateVirtualHostAsync(Services.UniqueName("withheld"));
        await using var gate = new TcpGate(services.BrokerEndpoint.Port);
        await using var ingress = new IngressProcess(
            Broker.Through(gate, amqp), Path.Combine(Path.GetTempPath(), $"kkiaevents-chaos-{Guid.NewGuid():n}"));
        await ingress.StartAsync();
        await ingress.IsHealthyAsync();
        gate.Become(GateState.Withholding);
        // At first each waits for its confirm; then none is sent any more.
        string[] ids = [.. Enumerable.Range(0, 50).Select(n => $"withheld_{n}")];
        foreach (var half in ids.Chunk(25))
            Assert.All(await Task.WhenAll(half.Select(id => ingress.PostAsync(id))), answer => Assert.Equal(200, answer?.Status));
        gate.Become(GateState.Open);
        await Condition.HoldsAsync("the spool is empty", async () => await ingress.SpooledAsync() == 0);
        await Broker.HasAllAsync(amqp, ids, () => ingress.Lines);
    }

    private Task WaitingAsync(string why, int count) => Condition.HoldsAsync($"{count} wait: {why}",
        async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.deliveries where delivered_at is null and last_error like '%{why}%'") == count);
}
