using KkiaEvents.Ledger.Payments;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration;

/// <summary>What people do about payments, on the real bus and the real store.</summary>
public class OperatorActsTests(Installation system) : IClassFixture<Installation>
{
    private PaymentActs Acts => system.Get<PaymentActs>();

    [Fact]
    public async Task An_accepted_payment_comes_out_as_OrderPaid_once()
    {
        var id = await FlaggedAsync("order-accepted");
        Assert.Null((await ReviewAsync(id, FlagVerdict.Accepted)).Problem);
        Assert.Equal((5000L, "order-accepted"), await system.Outcomes.WaitForAsync(id) is { } paid ? (paid.Amount, paid.Text("orderId")) : default);
        Assert.Contains("no open flag", (await ReviewAsync(id, FlagVerdict.Accepted)).Problem, StringComparison.Ordinal);
        await system.SettledAsync();
        Assert.Equal(["OrderPaymentFlagged", "OrderPaid"], system.Outcomes.Of(id).Select(o => o.Type));
    }

    [Fact]
    public async Task Of_many_reviewers_at_once_one_is_heard_and_the_payment_comes_out_once()
    {
        var id = await FlaggedAsync("order-crowd");
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => ReviewAsync(id, n % 2 == 0 ? FlagVerdict.Accepted : FlagVerdict.AskedAgain)));
        Assert.Equal(1, results.Where((_, n) => n % 2 == 0).Count(r => r.Done));
        await system.Outcomes.WaitForAsync(id);
        await system.SettledAsync();
        Assert.Single(system.Outcomes.Of(id), o => o.Type == "OrderPaid");
    }

    [Fact]
    public async Task A_rejected_payment_stays_unpaid_whatever_webhook_comes()
    {
        var id = await FlaggedAsync("order-rejected");
        Assert.True((await ReviewAsync(id, FlagVerdict.Rejected)).Done);
        await system.NotifyAsync(id, amount: 100_000, order: "order-rejected", salt: "again");
        await Condition.HoldsAsync("the second claim is settled", async () => await EventsAsync(id, "verification_answered") >= 2);
        await system.SettledAsync();
        Assert.Equal(["OrderPaymentFlagged"], system.Outcomes.Of(id).Select(o => o.Type));
    }

    [Fact]
    public async Task A_refund_is_sent_answered_verified_and_told()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, method = "MOBILE_MONEY" });
        await system.NotifyAsync(id);
        await system.Outcomes.WaitForAsync(id);
        Assert.Null((await Acts.RequestRefundAsync(new("default", id), "ama", "goods returned", default)).Problem);
        await system.Outcomes.WaitForAsync(id, "OrderRefunded");
        Assert.Equal(1, await EventsAsync(id, "refund_sent"));
        Assert.Equal(1L, await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'refund_answered' and data ->> 'answer' = 'Accepted'"));
        Assert.Contains("refunded already", (await Acts.RequestRefundAsync(new("default", id), "ama", "again", default)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refund_that_KKiaPay_does_not_take_for_its_keys_is_sent_again_once_they_are_right()
    {
        var id = await RefundedUnderAsync(new { rejectKeys = true });
        Assert.Equal(2, await EventsAsync(id, "refund_sent"));
        Assert.Equal(1L, await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'refund_answered' and data ->> 'answer' = 'NotTaken'"));
    }

    [Fact]
    public async Task A_refund_whose_answer_is_lost_is_not_sent_again_and_still_told()
    {
        var before = await RefundsAsync();
        var id = await RefundedUnderAsync(new { loseAnswers = 1.0 });
        Assert.Equal(1, await EventsAsync(id, "refund_sent"));
        Assert.Equal(1L, await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'refund_answered' and data ->> 'answer' = 'Lost'"));
        Assert.Equal(before + 1, await RefundsAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrapped")]
    [InlineData("br")]
    public async Task A_refund_that_KKiaPay_refuses_is_flagged_with_its_words_and_may_be_asked_for_again(string? form)
    {
        var id = await PaidAsync();
        await system.Provider.FaultAsync(new { refuseRefunds = true, garble = form });
        try
        {
            Assert.Null((await Acts.RequestRefundAsync(new("default", id), "ama", "goods returned", default)).Problem);
            var flagged = await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged");
            Assert.Equal("RefundUnconfirmed", flagged.Text("reason"));
            Assert.Contains("NOT_REVERTED", flagged.Text("detail"), StringComparison.Ordinal);
        }
        finally
        {
            await system.Provider.HealAsync();
        }

        Assert.Null((await Acts.RequestRefundAsync(new("default", id), "ama", "once more", default)).Problem);
        await system.Outcomes.WaitForAsync(id, "OrderRefunded");
        Assert.Equal(2, await EventsAsync(id, "refund_sent"));
        Assert.Equal(["OrderPaid", "OrderPaymentFlagged", "OrderRefunded"], system.Outcomes.Of(id).Select(o => o.Type));
    }

    [Fact]
    public async Task A_refund_that_met_a_503_is_settled_by_a_person_and_sent_once_more()
    {
        var id = await PaidAsync();
        await system.Provider.FaultAsync(new { errorRate = 1.0, errorStatus = 503 });
        try
        {
            Assert.Null((await Acts.RequestRefundAsync(new("default", id), "ama", "goods returned", default)).Problem);
            await Condition.HoldsAsync("what came back is known", async () => await EventsAsync(id, "refund_answered") == 1);
        }
        finally
        {
            await system.Provider.HealAsync();
        }

        Assert.Contains("not sent twice", (await Acts.RequestRefundAsync(new("default", id), "ama", "again", default)).Problem, StringComparison.Ordinal);
        Assert.Null((await Acts.SettleRefundAsync(new("default", id), done: false, "ama", "the dashboard shows no refund", default)).Problem);
        Assert.Contains("nothing to settle", (await Acts.SettleRefundAsync(new("default", id), done: false, "ama", "again", default)).Problem, StringComparison.Ordinal);
        Assert.Equal("Refused, ama: the dashboard shows no refund", await system.ReadAsync<string>(
            $"select (data ->> 'answer') || ', ' || (data ->> 'by') || ': ' || (data ->> 'detail') from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'refund_answered' order by version desc limit 1"));

        Assert.Null((await Acts.RequestRefundAsync(new("default", id), "ama", "once more", default)).Problem);
        await system.Outcomes.WaitForAsync(id, "OrderRefunded");
        Assert.Equal(2, await EventsAsync(id, "refund_sent"));
        Assert.Equal(["OrderPaid", "OrderRefunded"], system.Outcomes.Of(id).Select(o => o.Type));
    }

    [Fact]
    public async Task Of_many_who_ask_for_a_refund_at_once_one_is_heard_and_one_is_sent()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, method = "MOBILE_MONEY" });
        await system.NotifyAsync(id);
        await system.Outcomes.WaitForAsync(id);
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Acts.RequestRefundAsync(new("default", id), "ama", "goods returned", default)));
        Assert.Single(results, r => r.Done);
        await system.Outcomes.WaitForAsync(id, "OrderRefunded");
        Assert.Equal(1, await EventsAsync(id, "refund_sent"));
    }

    [Fact]
    public async Task An_act_needs_a_payment_a_name_and_a_reason()
    {
        Assert.Contains("knows no payment", (await ReviewAsync("txn_nobody", FlagVerdict.AskedAgain)).Problem, StringComparison.Ordinal);
        Assert.Contains("a name", (await Acts.ReviewAsync(new("default", "x"), FlagVerdict.AskedAgain, " ", "why", default)).Problem, StringComparison.Ordinal);
        Assert.Contains("a reason", (await Acts.ReviewAsync(new("default", "x"), FlagVerdict.AskedAgain, "ama", "", default)).Problem, StringComparison.Ordinal);
    }

    private Task<ActResult> ReviewAsync(string id, FlagVerdict verdict) => Acts.ReviewAsync(new("default", id), verdict, "ama", "looked at it", default);

    private async Task<string> PaidAsync()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, method = "MOBILE_MONEY" });
        await system.NotifyAsync(id);
        await system.Outcomes.WaitForAsync(id);
        return id;
    }

    private async Task<string> FlaggedAsync(string order)
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = order } });
        await system.NotifyAsync(id, amount: 100_000, order: order);
        await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged");
        return id;
    }

    private async Task<long> EventsAsync(string id, string type) =>
        await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{id}' and type = '{type}'");

    // What became of a call is counted by the stand-in itself, also when its answer was lost.
    private Task<long> RefundsAsync() => system.Provider.CallsAsync("refunds");

    /// <summary>Pays, and asks for a refund while KKiaPay misbehaves, until something came back for it; then heals KKiaPay, and waits for OrderRefunded.</summary>
    private async Task<string> RefundedUnderAsync(object faults)
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, method = "MOBILE_MONEY" });
        await system.NotifyAsync(id);
        await system.Outcomes.WaitForAsync(id);
        await system.Provider.FaultAsync(faults);
        try
        {
            Assert.Null((await Acts.RequestRefundAsync(new("default", id), "ama", "goods returned", default)).Problem);
            await Condition.HoldsAsync("what came back is known", async () => await EventsAsync(id, "refund_answered") == 1);
        }
        finally
        {
            await system.Provider.HealAsync();
        }

        await system.Outcomes.WaitForAsync(id, "OrderRefunded");
        return id;
    }
}
