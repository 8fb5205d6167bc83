using System.Text.Json;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>A deposit and the rest of one order, accepted by a person: by kkia and over HTTP.</summary>
public class DepositTests(Operators system) : IClassFixture<Operators>
{
    [Fact]
    public async Task A_deposit_and_the_rest_that_a_person_accepts_are_one_OrderPaid_with_the_order_in_full()
    {
        foreach (var byHttp in new[] { false, true })
        {
            var order = $"kkia-parts-{byHttp}";
            Assert.Equal(200, (await Operators.PostAsync(system.Operator, "/api/v1/expectations", new { orderId = order, amount = 5000 })).Status);
            var (deposit, rest) = (await PaidAsync(order, 2000), await PaidAsync(order, 3000));
            await AcceptPartAsync(deposit, byHttp);
            await Condition.HoldsAsync("it is a part", async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{deposit}' and type = 'part_held'") == 1);
            await AcceptPartAsync(rest, byHttp);
            var paid = (await system.Outcomes.WaitForAsync(rest, "OrderPaid")).Message;
            Assert.Equal((3000L, 5000L, 5000L), (paid.GetProperty("amount").GetInt64(), paid.GetProperty("dueAmount").GetInt64(), paid.GetProperty("paidForOrder").GetInt64()));
            Assert.DoesNotContain(system.Outcomes.Of(deposit), o => o.Type == "OrderPaid");
            var shown = (await system.KkiaAsync("show", order)).Output;
            Assert.Contains($"parts: 2,000 XOF by {deposit}", shown, StringComparison.Ordinal);
            Assert.Contains("as a part of the 5,000 XOF", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_rest_of_an_order_that_was_handed_over_is_refused_with_what_is_possible_and_accepted_as_a_part()
    {
        const string order = "kkia-rest";
        Assert.Equal(200, (await Operators.PostAsync(system.Operator, "/api/v1/expectations", new { orderId = order, amount = 5000 })).Status);
        var deposit = await PaidAsync(order, 2000);
        Assert.Equal(0, (await system.KkiaAsync("flag", "accept", deposit, "--due", "5000", "--reason", "the deposit is enough")).Code);
        await system.Outcomes.WaitForAsync(deposit, "OrderPaid");
        var rest = await PaidAsync(order, 3000);
        var refused = await system.KkiaAsync("flag", "accept", rest, "--due", "5000", "--reason", "the rest");
        Assert.Equal(1, refused.Code);
        Assert.Contains($"kkia flag accept default/{rest} --part --due 5000", refused.Error, StringComparison.Ordinal);
        var (status, problem) = await Operators.PostAsync(system.Operator, $"/api/v1/payments/default/{rest}/review", new { verdict = "Accepted", reason = "the rest", due = 5000 });
        Assert.Equal((409, true), (status, problem.GetProperty("detail").GetString()!.Contains("--part", StringComparison.Ordinal)));
        await AcceptPartAsync(rest, byHttp: false);
        await Condition.HoldsAsync("it is a part", async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{rest}' and type = 'part_held'") == 1);
        Assert.DoesNotContain(system.Outcomes.Of(rest), o => o.Type == "OrderPaid");
    }

    [Fact]
    public async Task A_deposit_whose_refund_is_asked_for_is_a_part_no_longer()
    {
        const string order = "kkia-parts-refunded";
        Assert.Equal(200, (await Operators.PostAsync(system.Operator, "/api/v1/expectations", new { orderId = order, amount = 5000 })).Status);
        var deposit = await PaidAsync(order, 2000);
        await AcceptPartAsync(deposit, byHttp: false);
        await Condition.HoldsAsync("it is a part", async () => (await OrderAsync(order)).TryGetProperty("parts", out _));
        var refund = await system.KkiaAsync("refund", deposit, "--reason", "the customer changed their mind", "--confirm");
        Assert.True(refund.Code == 0, refund.Error);
        Assert.False((await OrderAsync(order)).TryGetProperty("parts", out _));
        await system.Outcomes.WaitForAsync(deposit, "OrderRefunded");
    }

    private async Task<JsonElement> OrderAsync(string order)
    {
        using var row = JsonDocument.Parse(await system.ReadAsync<string>($"select data::text from kkiaevents.mt_doc_order where id = 'default/{order}'"));
        return row.RootElement.Clone();
    }

    private async Task AcceptPartAsync(string id, bool byHttp)
    {
        if (byHttp)
        {
            Assert.Equal(202, (await Operators.PostAsync(system.Operator, $"/api/v1/payments/default/{id}/review", new { verdict = "Accepted", reason = "agreed", due = 5000, part = true })).Status);
            return;
        }

        var done = await system.KkiaAsync("flag", "accept", id, "--part", "--due", "5000", "--reason", "agreed", "--by", "ama");
        Assert.True(done.Code == 0, done.Error);
        Assert.Contains("accepted as a part", done.Output, StringComparison.Ordinal);
    }

    private async Task<string> PaidAsync(string order, long amount)
    {
        var id = await system.Provider.PayAsync(new { amount, stateData = new { orderId = order } });
        await system.NotifyAsync(id, amount: amount, order: order);
        await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged");
        return id;
    }
}
