using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Chaos;

/// <summary>Two transactions pay one order, or one is verified twice at once.</summary>
public class Trap10_OneOrderIsPaidTwice(Trap10_OneOrderIsPaidTwice.ThreeProcessors system) : IClassFixture<Trap10_OneOrderIsPaidTwice.ThreeProcessors>
{
    public sealed class ThreeProcessors(Services services) : Pipeline(services)
    {
        protected override int ProcessorsAtStart => 3;
    }

    [Fact]
    public async Task Fifty_deliveries_at_once_of_two_transactions_for_one_order_are_one_OrderPaid_and_one_flag()
    {
        // Take out: the order's reservation in SettlementCommit; or the expected version of the stream that it appends to.
        string[] ids = [await system.Provider.PayAsync(new { stateData = new { orderId = "twice" } }), await system.Provider.PayAsync(new { stateData = new { orderId = "twice" } })];
        // KKiaPay takes its time, so that all three hold both before anyone has an answer.
        await system.Provider.FaultAsync(new { latencyMs = 300 });
        await Task.WhenAll(Enumerable.Range(0, 50).Select(n => system.NotifyAsync(ids[n % 2], order: "twice", salt: $"{n / 4}")));
        await Condition.HoldsAsync("each transaction has its outcome", () => ids.All(id => system.Outcomes.Of(id).Count > 0));
        await system.Provider.HealAsync();
        await Condition.HoldsAsync("every webhook is recorded", async () =>
            await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id in ('default/{ids[0]}', 'default/{ids[1]}') and type = 'webhook_recorded'") == 26);
        await Condition.HoldsAsync("nothing is undelivered", async () => await system.UndeliveredAsync() == 0);
        var outcomes = ids.SelectMany(system.Outcomes.Of).ToList();
        var paid = Assert.Single(outcomes, o => o.Type == "OrderPaid");
        var flag = Assert.Single(outcomes, o => o.Type == "OrderPaymentFlagged");
        Assert.Equal(2, outcomes.Count);
        Assert.Equal("AlreadyPaid", flag.Text("reason"));
        Assert.Equal(paid.TransactionId, flag.Text("otherTransactionId"));
    }
}
