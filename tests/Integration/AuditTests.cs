using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration;

/// <summary>What an auditor asks, of a ledger that real payments filled.</summary>
public class AuditTests(Installation system) : IClassFixture<Installation>
{
    private static readonly OrderPolicy Policy = new();

    [Fact]
    public async Task Every_decision_follows_from_its_facts_and_the_read_models_are_what_the_streams_say()
    {
        await PlayAsync();

        var disagreements = await DisagreementsAsync();
        Assert.True(disagreements.Count == 0, string.Join("\n", disagreements));

        var right = await SnapshotAsync();
        var untouched = await RebuildAsync();
        Assert.Equal((0, 0), (untouched.PaymentsRepaired, untouched.OrdersRepaired));

        await system.ExecuteAsync("update kkiaevents.mt_doc_payment set data = jsonb_set(data, '{outcome}', '\"Open\"') where data ->> 'outcome' = 'Paid'");
        await system.ExecuteAsync("delete from kkiaevents.mt_doc_order where data ->> 'paidBy' is not null");
        Assert.NotEqual(right, await SnapshotAsync());
        var repaired = await RebuildAsync();
        Assert.True(repaired is { PaymentsRepaired: > 0, OrdersRepaired: > 0 });
        Assert.Equal(right, await SnapshotAsync());

        // An outcome that no answer supports is found.
        await system.TamperAsync("update kkiaevents.mt_events set data = jsonb_set(data, '{amount}', '1') where seq_id = (select min(seq_id) from kkiaevents.mt_events where type = 'order_paid')");
        Assert.Contains(await DisagreementsAsync(), d => d.Kind == DisagreementKind.Differs);
    }

    private async Task PlayAsync()
    {
        var paid = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = "audit-1" } });
        await system.NotifyAsync(paid, order: "audit-1");
        await system.Outcomes.WaitForAsync(paid);

        var second = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = "audit-1" } });
        await system.NotifyAsync(second, order: "audit-1");
        await system.Outcomes.WaitForAsync(second, "OrderPaymentFlagged");

        var failed = await system.Provider.PayAsync(new { outcome = "failed", failureCode = "wrong_pin", stateData = new { orderId = "audit-2" } });
        await system.NotifyAsync(failed, "transaction.failed", order: "audit-2");
        await system.Outcomes.WaitForAsync(failed, "OrderPaymentFailed");
        await system.Provider.MoveAsync(failed, "success");
        await system.NotifyAsync(failed, order: "audit-2");
        await system.Outcomes.WaitForAsync(failed);

        var flagged = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = "audit-3" } });
        await system.NotifyAsync(flagged, amount: 100_000, order: "audit-3");
        await system.Outcomes.WaitForAsync(flagged, "OrderPaymentFlagged");
        Assert.Null((await system.Get<PaymentActs>().ReviewAsync(new("default", flagged), FlagVerdict.Accepted, "ama", "looked at it", default)).Problem);
        await system.Outcomes.WaitForAsync(flagged);

        var refunded = await system.Provider.PayAsync(new { amount = 5000, method = "MOBILE_MONEY", stateData = new { orderId = "audit-4" } });
        await system.NotifyAsync(refunded, order: "audit-4");
        await system.Outcomes.WaitForAsync(refunded);
        Assert.Null((await system.Get<PaymentActs>().RequestRefundAsync(new("default", refunded), "ama", "goods returned", default)).Problem);
        await system.Outcomes.WaitForAsync(refunded, "OrderRefunded");

        // Accepted without an order, announced for one since.
        var without = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(without);
        await system.Outcomes.WaitForAsync(without);
        Assert.True((await system.Get<OrderAnnouncements>().AnnounceAsync(new() { OrderId = "audit-5", Amount = 5000, TransactionId = without }, by: null, sentAt: null, default)).Accepted);
        await Condition.HoldsAsync("it holds the order", async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{without}' and type = 'order_held'") == 1);
        await system.SettledAsync();
    }

    private async Task<List<Disagreement>> DisagreementsAsync()
    {
        var found = new List<Disagreement>();
        await foreach (var disagreement in new Rederivation(new(system.Database, system.Get<LedgerOptions>()), _ => Policy).RunAsync())
            found.Add(disagreement);
        return found;
    }

    private Task<RebuildProgress> RebuildAsync() => new Rebuild(system.Database, system.Get<LedgerOptions>()).RunAsync();

    private async Task<string> SnapshotAsync() =>
        await system.ReadAsync<string>("select string_agg(id || data::text, E'\\n' order by id) from (select id, data - 'version' as data from kkiaevents.mt_doc_payment union all select 'order ' || id, data - 'version' from kkiaevents.mt_doc_order) d");
}
