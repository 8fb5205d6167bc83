using System.Net;
using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Tests.Integration.Infrastructure;
using Marten;
using MassTransit;

namespace KkiaEvents.Tests.Integration;

/// <summary>From a webhook to what a subscriber gets, on the real bus and the real store.</summary>
public class PaymentFlowTests(Installation system) : IClassFixture<Installation>
{
    [Fact]
    public async Task A_verified_payment_comes_out_as_OrderPaid()
    {
        const string order = "order-verified";
        var id = await system.Provider.PayAsync(new { amount = 5000, fees = 25, stateData = new { orderId = order, cart = "c-1" }, phone = "22967434270", @operator = "mtn", name = "Awa Koné" });
        await system.NotifyAsync(id, order: order);
        var paid = await system.Outcomes.WaitForAsync(id);
        Assert.Equal((order, 5000L, "XOF", "mtn", "default"), (paid.Text("orderId"), paid.Amount, paid.Text("currency"), paid.Text("operator"), paid.Text("merchant")));
        Assert.Equal(paid.MessageId, paid.Text("eventId"));
        Assert.Equal("c-1", paid.Message.GetProperty("data").GetProperty("cart").GetString());
    }

    [Fact]
    public async Task The_same_body_many_times_at_once_is_one_event()
    {
        var id = await system.Provider.PayAsync(new { stateData = new { orderId = "order-many" } });
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => system.NotifyAsync(id, order: "order-many")));
        await system.Outcomes.WaitForAsync(id);
        await system.SettledAsync();
        Assert.Single(system.Outcomes.Of(id));
        Assert.Equal(1L, await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'webhook_recorded'"));
    }

    [Fact]
    public async Task A_failed_payment_says_why_to_the_customer()
    {
        var id = await system.Provider.PayAsync(new { outcome = "failed", failureCode = "insufficient_fund" });
        await system.NotifyAsync(id, "transaction.failed");
        var failed = await system.Outcomes.WaitForAsync(id, "OrderPaymentFailed");
        Assert.Equal("insufficient_fund", failed.Text("failureCode"));
        Assert.Contains("solde", failed.Message.GetProperty("customerMessage").GetProperty("fr").GetString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_failure_that_KKiaPay_says_once_and_takes_back_is_never_told()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.Provider.FaultAsync(new { lieOnce = new { transactionId = id, status = "FAILED" } });
        try
        {
            await system.NotifyAsync(id);
            await system.Outcomes.WaitForAsync(id);
        }
        finally
        {
            await system.Provider.HealAsync();
        }

        Assert.Single(system.Outcomes.Of(id));
        Assert.Equal(2L, await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'verification_answered'"));
    }

    [Fact]
    public async Task A_late_success_supersedes_a_failure_and_comes_after_it()
    {
        var id = await system.Provider.PayAsync(new { outcome = "failed", failureCode = "timeout", stateData = new { orderId = "order-late" } });
        await system.NotifyAsync(id, "transaction.timeout", amount: null);
        var failed = await system.Outcomes.WaitForAsync(id, "OrderPaymentFailed");
        await system.Provider.MoveAsync(id, "success");
        await system.NotifyAsync(id);
        var paid = await system.Outcomes.WaitForAsync(id);
        Assert.Equal(failed.MessageId, paid.Text("supersedesEventId"));
        Assert.Equal(["OrderPaymentFailed", "OrderPaid"], system.Outcomes.Of(id).Select(o => o.Type));
    }

    [Fact]
    public async Task A_pending_payment_is_followed_without_another_webhook()
    {
        var id = await system.Provider.PayAsync(new { settleAfterMs = 600_000 });
        await system.NotifyAsync(id);
        await Condition.HoldsAsync("it is due", async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.due where transaction_id = '{id}'") == 1);
        Assert.Empty(system.Outcomes.Of(id));
        await system.Provider.MoveAsync(id, "success");
        await system.Outcomes.WaitForAsync(id);
        await Condition.HoldsAsync("it is no longer due", async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.due where transaction_id = '{id}'") == 0);
    }

    [Fact]
    public async Task A_refund_is_learned_when_KKiaPay_is_asked_again()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(id);
        var paid = await system.Outcomes.WaitForAsync(id);
        await system.Provider.MoveAsync(id, "refunded");
        await system.NotifyAsync(id, salt: "again");
        Assert.Equal(paid.MessageId, (await system.Outcomes.WaitForAsync(id, "OrderRefunded")).Text("paidEventId"));
    }

    [Fact]
    public async Task Two_transactions_in_parallel_pay_one_order_once()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => system.Provider.PayAsync(new { stateData = new { orderId = "order-twice" } })));
        await Task.WhenAll(ids.SelectMany(id => Enumerable.Range(0, 10).Select(n => system.NotifyAsync(id, order: "order-twice", salt: $"{n}"))));
        await Condition.HoldsAsync("each transaction has an outcome", () => ids.All(id => system.Outcomes.Of(id).Count > 0));
        await system.SettledAsync();
        var outcomes = ids.SelectMany(system.Outcomes.Of).ToList();
        var paid = Assert.Single(outcomes, o => o.Type == "OrderPaid");
        Assert.Equal(4, outcomes.Count(o => o.Type == "OrderPaymentFlagged"));
        Assert.All(outcomes.Where(o => o.Type == "OrderPaymentFlagged"), o =>
        {
            Assert.Equal("AlreadyPaid", o.Text("reason"));
            Assert.Equal(paid.TransactionId, o.Text("otherTransactionId"));
        });
    }

    [Fact]
    public async Task A_changed_amount_is_flagged_when_the_order_was_announced()
    {
        await AnnounceAsync("order-changed", 100_000);
        await Condition.HoldsAsync("the order is announced", async () => await system.ReadAsync<long>("select count(*) from kkiaevents.mt_doc_order where data ->> 'due' = '100000'") == 1);
        var id = await system.Provider.PayAsync(new { amount = 100, stateData = new { orderId = "order-changed" } });
        await system.NotifyAsync(id, amount: 100, order: "order-changed");
        var flagged = await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged");
        Assert.Equal(("AmountMismatch", 100L, 100_000L), (flagged.Text("reason"), flagged.Amount, flagged.Message.GetProperty("expectedAmount").GetInt64()));
        await system.SettledAsync();
        Assert.Single(system.Outcomes.Of(id));
    }

    [Fact]
    public async Task An_announced_transaction_is_followed_though_no_webhook_ever_comes()
    {
        var id = await system.Provider.PayAsync(new { amount = 7000, stateData = new { orderId = "order-followed" } });
        await AnnounceAsync("order-followed", 7000, id);
        var paid = await system.Outcomes.WaitForAsync(id);
        Assert.Equal("order-followed", paid.Text("orderId"));
        Assert.Equal(JsonValueKind.Null, paid.Message.GetProperty("receivedAt").ValueKind);
    }

    [Fact]
    public async Task An_order_announced_for_a_payment_already_accepted_is_not_paid_again()
    {
        var first = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(first);
        await system.Outcomes.WaitForAsync(first);
        await AnnounceAsync("order-again", 5000, first);
        await Condition.HoldsAsync("the order is held for it",
            async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_doc_order where id = 'default/order-again' and data ->> 'paidBy' = '{first}'") == 1);
        var second = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = "order-again" } });
        await system.NotifyAsync(second, order: "order-again");
        Assert.Equal("AlreadyPaid", (await system.Outcomes.WaitForAsync(second, "OrderPaymentFlagged")).Text("reason"));
        await system.SettledAsync();
        Assert.Single(system.Outcomes.Of(second));
    }

    [Fact]
    public async Task A_payment_accepted_for_another_order_than_is_announced_later_is_flagged()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = "order-a" } });
        await system.NotifyAsync(id, order: "order-a");
        await system.Outcomes.WaitForAsync(id);
        await AnnounceAsync("order-b", 5000, id);
        Assert.Equal("OrderMismatch", (await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged")).Text("reason"));
    }

    [Fact]
    public async Task A_late_success_is_learned_though_KKiaPays_API_is_behind_its_own_webhook()
    {
        var id = await system.Provider.PayAsync(new { outcome = "failed", failureCode = "timeout", stateData = new { orderId = "order-lag" } });
        await system.NotifyAsync(id, "transaction.timeout", amount: null);
        await system.Outcomes.WaitForAsync(id, "OrderPaymentFailed");
        await system.NotifyAsync(id, order: "order-lag");
        await Condition.HoldsAsync("the success was asked about", async () =>
            await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'verification_answered'") >= 3);
        await system.Provider.MoveAsync(id, "success");
        await system.Outcomes.WaitForAsync(id);
    }

    [Fact]
    public async Task An_announcement_for_a_merchant_that_is_not_configured_changes_nothing()
    {
        await AnnounceAsync("order-nobody", 5000, merchant: "nobody");
        await AnnounceAsync("order-somebody", 5000);
        await Condition.HoldsAsync("the one after it is recorded", async () => await system.ReadAsync<long>("select count(*) from kkiaevents.mt_doc_order where id = 'default/order-somebody'") == 1);
        Assert.Equal(0L, await system.ReadAsync<long>("select count(*) from kkiaevents.mt_doc_order where id like '%/order-nobody'"));
    }

    [Fact]
    public async Task An_announcement_that_disagrees_with_what_was_paid_changes_nothing()
    {
        await AnnounceAsync("order-disagree", 5000);
        await DueAsync("order-disagree", 5000);
        var id = await PaidAsync("order-disagree", 5000);
        await system.Outcomes.WaitForAsync(id);
        await AnnounceAsync("order-disagree", 1000);
        await AnnounceAsync("order-disagree-after", 1);
        await DueAsync("order-disagree-after", 1);
        await DueAsync("order-disagree", 5000);
        Assert.Equal("AlreadyPaid", (await system.Outcomes.WaitForAsync(await PaidAsync("order-disagree", 5000), "OrderPaymentFlagged")).Text("reason"));
    }

    [Fact]
    public async Task A_refund_made_in_KKiaPays_dashboard_is_learned_from_the_exact_same_webhook()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = "order-dashboard" } });
        await system.NotifyAsync(id, order: "order-dashboard");
        await system.Outcomes.WaitForAsync(id);
        await system.Provider.MoveAsync(id, "refunded");
        await system.NotifyAsync(id, order: "order-dashboard");
        Assert.Equal("order-dashboard", (await system.Outcomes.WaitForAsync(id, "OrderRefunded")).Text("orderId"));
        await Condition.HoldsAsync("it is not checked any more", async () => await RechecksAsync(id) == 0);
    }

    [Fact]
    public async Task A_paid_payment_is_asked_about_again_by_the_schedule_and_nothing_is_recorded_while_KKiaPay_says_the_same()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = "order-recheck" } });
        await system.NotifyAsync(id, order: "order-recheck");
        await system.Outcomes.WaitForAsync(id);
        Assert.Equal(1, await RechecksAsync(id));
        var events = await EventsAsync(id);

        // An hour, then a day: as if the time had come.
        await MakeDueAsync(id, since: "2 hours");
        await Condition.HoldsAsync("the next check is a day after", async () => await system.ReadAsync<long>(
            $"select count(*) from kkiaevents.rechecks where transaction_id = '{id}' and check_at between since + interval '23 hours' and since + interval '25 hours'") == 1);
        Assert.Equal(events, await EventsAsync(id));

        await MakeDueAsync(id, since: "31 days");
        await Condition.HoldsAsync("the schedule has ended", async () => await RechecksAsync(id) == 0);
        Assert.Equal(events, await EventsAsync(id));
    }

    [Fact]
    public async Task A_refund_of_a_flagged_payment_made_in_KKiaPays_dashboard_is_learned_by_the_schedule()
    {
        await AnnounceAsync("order-flag-refund", 9000);
        await DueAsync("order-flag-refund", 9000);
        var id = await PaidAsync("order-flag-refund", 100);
        await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged");
        await system.Provider.MoveAsync(id, "refunded");
        await MakeDueAsync(id, since: "2 hours");
        await system.Outcomes.WaitForAsync(id, "OrderRefunded");
    }

    private Task<long> RechecksAsync(string id) => system.ReadAsync<long>($"select count(*) from kkiaevents.rechecks where transaction_id = '{id}'");

    private Task<long> EventsAsync(string id) => system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{id}'");

    private Task<long> MakeDueAsync(string id, string since) => system.ReadAsync<long>(
        $"with r as (update kkiaevents.rechecks set since = clock_timestamp() - interval '{since}', check_at = clock_timestamp() where transaction_id = '{id}' returning 1) select count(*) from r");

    [Fact]
    public async Task An_order_taken_by_one_XOF_before_it_was_announced_is_paid_by_the_right_payment()
    {
        var squatter = await PaidAsync("order-1001", 1);
        var taken = await system.Outcomes.WaitForAsync(squatter);
        Assert.Equal((1L, JsonValueKind.Null), (taken.Amount, taken.Message.GetProperty("dueAmount").ValueKind));
        var right = await PaidAsync("order-1001", 50_000);
        Assert.Equal("AlreadyPaid", (await system.Outcomes.WaitForAsync(right, "OrderPaymentFlagged")).Text("reason"));

        await AnnounceAsync("order-1001", 50_000);
        var paid = await system.Outcomes.WaitForAsync(right, "OrderPaid");
        Assert.Equal((50_000L, 50_000L), (paid.Amount, paid.Message.GetProperty("dueAmount").GetInt64()));
        Assert.Equal("AmountMismatch", (await system.Outcomes.WaitForAsync(squatter, "OrderPaymentFlagged")).Text("reason"));
        await system.SettledAsync();
        Assert.Equal(["OrderPaid"], system.Outcomes.Of(squatter).Concat(system.Outcomes.Of(right)).Where(o => o.Type == "OrderPaid" && o.Amount == 50_000).Select(o => o.Type));
    }

    [Fact]
    public async Task An_order_that_a_person_releases_is_paid_by_the_payment_that_waited()
    {
        var squatter = await PaidAsync("order-1002", 1);
        await system.Outcomes.WaitForAsync(squatter);
        var right = await PaidAsync("order-1002", 50_000);
        await system.Outcomes.WaitForAsync(right, "OrderPaymentFlagged");
        var release = new OrderRelease(system.Get<IDocumentStore>(), system.Get<LedgerOptions>(), TimeProvider.System);
        Assert.True((await release.ReleaseAsync("default", "order-1002", "ama", "1 XOF is not what it costs", TestContext.Current.CancellationToken)).Done);
        Assert.Equal(50_000L, (await system.Outcomes.WaitForAsync(right, "OrderPaid")).Amount);
        Assert.Equal("OrderMismatch", (await system.Outcomes.WaitForAsync(squatter, "OrderPaymentFlagged")).Text("reason"));
        await AnnounceAsync("order-1002", 50_000);
        await DueAsync("order-1002", 50_000);
        Assert.Contains("would pay it twice", (await release.ReleaseAsync("default", "order-1002", "ama", "again", TestContext.Current.CancellationToken)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unpaid_order_can_be_announced_anew_and_withdrawn()
    {
        await AnnounceAsync("order-revised", 9000);
        await DueAsync("order-revised", 9000);
        var id = await PaidAsync("order-revised", 5000);
        await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged");
        await AnnounceAsync("order-revised", 5000);
        Assert.Equal(5000L, (await system.Outcomes.WaitForAsync(id, "OrderPaid")).Message.GetProperty("dueAmount").GetInt64());

        await AnnounceAsync("order-withdrawn", 5000);
        await DueAsync("order-withdrawn", 5000);
        await PublishAsync(new() { OrderId = "order-withdrawn", Amount = 0, Withdrawn = true });
        await Condition.HoldsAsync("it is withdrawn", async () => await system.ReadAsync<long>("select count(*) from kkiaevents.mt_doc_order where id = 'default/order-withdrawn' and data ->> 'withdrawn' = 'true'") == 1);
        Assert.Equal("Unannounced", (await system.Outcomes.WaitForAsync(await PaidAsync("order-withdrawn", 5000), "OrderPaymentFlagged")).Text("reason"));
    }

    [Fact]
    public async Task An_order_announced_with_several_transactions_follows_each()
    {
        var failed = await system.Provider.PayAsync(new { outcome = "failed", failureCode = "timeout", amount = 5000 });
        var paid = await system.Provider.PayAsync(new { amount = 5000 });
        await AnnounceAsync("order-attempts", 5000, failed);
        await AnnounceAsync("order-attempts", 5000, paid);
        Assert.Equal("order-attempts", (await system.Outcomes.WaitForAsync(failed, "OrderPaymentFailed")).Text("orderId"));
        Assert.Equal("order-attempts", (await system.Outcomes.WaitForAsync(paid)).Text("orderId"));
    }

    private async Task<string> PaidAsync(string order, long amount)
    {
        var id = await system.Provider.PayAsync(new { amount, stateData = new { orderId = order } });
        await system.NotifyAsync(id, amount: amount, order: order);
        return id;
    }

    private Task DueAsync(string order, long due) => Condition.HoldsAsync($"{order} is due {due}",
        async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_doc_order where id = 'default/{order}' and data ->> 'due' = '{due}'") == 1);

    [Fact]
    public async Task A_webhook_that_claims_another_amount_than_was_paid_is_flagged()
    {
        var id = await system.Provider.PayAsync(new { amount = 100 });
        await system.NotifyAsync(id, amount: 100_000);
        Assert.Equal("AmountMismatch", (await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged")).Text("reason"));
    }

    [Fact]
    public async Task Nothing_is_failed_while_KKiaPay_does_not_answer_and_all_is_paid_when_it_does()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.Provider.FaultAsync(new { errorRate = 1.0, errorStatus = 503 });
        try
        {
            await system.NotifyAsync(id);
            await Condition.HoldsAsync("it is due without an answer",
                async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.due where transaction_id = '{id}' and last_error is not null") == 1);
            Assert.Empty(system.Outcomes.Of(id));
        }
        finally
        {
            await system.Provider.HealAsync();
        }

        await system.Outcomes.WaitForAsync(id);
    }

    [Theory]
    [InlineData("\\u0000", false)]
    [InlineData("\\ud800", false)]
    [InlineData("\\\"'; drop table due; --", false)]
    [InlineData("7\\\"'; drop table due; --", true)]
    [InlineData("😀 é ☎", true)]
    public async Task A_hostile_order_id_poisons_nothing(string order, bool isOne)
    {
        var verified = $"x-{Guid.NewGuid():n}";
        var id = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = verified } });
        var body = $$$"""{"event":"transaction.success","transactionId":"{{{id}}}","amount":5000,"stateData":{"orderId":"{{{order}}}"}}""";
        using var response = await system.PostAsync(body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        // Where the webhook names no order that could be one, KKiaPay's answer alone does.
        if (isOne)
            Assert.Equal("OrderMismatch", (await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged")).Text("reason"));
        else
            Assert.Equal(verified, (await system.Outcomes.WaitForAsync(id)).Text("orderId"));
    }

    private Task AnnounceAsync(string orderId, long amount, string? transactionId = null, string merchant = "default") =>
        PublishAsync(new() { OrderId = orderId, Amount = amount, TransactionId = transactionId, Merchant = merchant });

    private async Task PublishAsync(ExpectPayment command)
    {
        var bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(rabbit => rabbit.Host(new Uri(system.AmqpUri)));
        await bus.StartAsync();
        await bus.Publish(command);
        await bus.StopAsync();
    }
}
