using System.Net.Http.Json;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>The commands of <c>kkia</c> that act, on the real ledger and broker.</summary>
public class KkiaActsTests(Operators system) : IClassFixture<Operators>
{
    [Fact]
    public async Task A_dead_letter_is_listed_shown_and_retried()
    {
        var transaction = await system.Provider.PayAsync(new { amount = 5000 });
        var id = await system.PutAsideAsync(transaction);
        await ListedAsync(id);
        var shown = await system.KkiaAsync("dead", "show", id);
        Assert.Equal(0, shown.Code);
        Assert.Contains("it was made to", shown.Output, StringComparison.Ordinal);
        var retried = await system.KkiaAsync("dead", "retry", id, "--by", "ama");
        Assert.True(retried.Code == 0, retried.Error);
        await system.Outcomes.WaitForAsync(transaction);
        Assert.Equal("ama", await DecisionAsync(id, "dead_letter_retried", "by"));
        Assert.Equal(1, (await system.KkiaAsync("dead", "retry", id)).Code);
        Assert.Contains("sent back to", (await system.KkiaAsync("dead", "show", id)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_letter_is_given_up_with_a_reason_which_stays_on_record_with_all_that_it_said()
    {
        var id = await system.PutAsideAsync("given-up");
        await ListedAsync(id);
        Assert.Equal(2, (await system.KkiaAsync("dead", "discard", id)).Code);
        Assert.Equal(2, (await system.KkiaAsync("dead", "discard", id, "--reason", " ")).Code);
        await ListedAsync(id);
        var done = await system.KkiaAsync("dead", "discard", id, "--reason", "a test of ours", "--by", "ama");
        Assert.True(done.Code == 0, done.Error);
        Assert.Equal(("ama", "a test of ours"), (await DecisionAsync(id, "dead_letter_discarded", "by"), await DecisionAsync(id, "dead_letter_discarded", "reason")));
        var shown = await system.KkiaAsync("dead", "show", id);
        Assert.Contains("given up by ama: a test of ours", shown.Output, StringComparison.Ordinal);
        Assert.Contains("given-up", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_the_command_line_made_opens_the_API_until_it_is_revoked()
    {
        var made = await system.KkiaAsync("keys", "create", "accounting", "read", "--by", "ama");
        Assert.True(made.Code == 0, made.Error);
        var secret = made.Output.Trim();
        using var client = system.With(secret);
        Assert.Equal(404, (int)(await client.GetAsync("/api/v1/payments/default/nobody-knows")).StatusCode);
        Assert.Equal(403, (int)(await client.GetAsync("/api/v1/keys")).StatusCode);

        var listed = await system.KkiaAsync("keys", "list", "--json");
        var key = Assert.Single(listed.Json.EnumerateArray(), k => k.GetProperty("name").GetString() == "accounting");
        Assert.Equal("ama", key.GetProperty("createdBy").GetString());
        Assert.DoesNotContain("digest", listed.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, (await system.KkiaAsync("keys", "create", "accounting", "read")).Code);

        Assert.Equal(0, (await system.KkiaAsync("keys", "revoke", "accounting", "--by", "kofi")).Code);
        Assert.Equal(401, (int)(await client.GetAsync("/api/v1/payments/default/nobody-knows")).StatusCode);
        Assert.Equal("ama,kofi", await system.ReadAsync<string>(
            $"select string_agg(data->>'by', ',' order by version) from kkiaevents.mt_events where stream_id = 'operations/api-key/{key.GetProperty("id").GetString()}'"));
        Assert.Equal(1, (await system.KkiaAsync("keys", "revoke", "accounting")).Code);
    }

    [Fact]
    public async Task An_order_is_released_by_the_command_and_over_HTTP_and_the_payment_that_waited_pays_it()
    {
        foreach (var byHttp in new[] { false, true })
        {
            var order = $"kkia-released-{byHttp}";
            var (squatter, right) = (await PaidAsync(order, 1), await PaidAsync(order, 50_000));
            await system.Outcomes.WaitForAsync(right, "OrderPaymentFlagged");
            if (byHttp)
            {
                Assert.Equal(403, (await Operators.PostAsync(system.Reader, $"/api/v1/orders/default/{order}/release", new { reason = "no" })).Status);
                Assert.Equal(202, (await Operators.PostAsync(system.Operator, $"/api/v1/orders/default/{order}/release", new { reason = "1 XOF is not what it costs" })).Status);
                Assert.Equal(409, (await Operators.PostAsync(system.Operator, "/api/v1/orders/default/nobody-knows/release", new { reason = "no" })).Status);
            }
            else
            {
                Assert.Equal(2, (await system.KkiaAsync("order", "release", order)).Code);
                var released = await system.KkiaAsync("order", "release", $"default/{order}", "--reason", "1 XOF is not what it costs", "--by", "ama");
                Assert.True(released.Code == 0, released.Error);
                Assert.Contains($"released from {squatter}", released.Output, StringComparison.Ordinal);
                Assert.Equal(1, (await system.KkiaAsync("order", "release", "nobody-knows", "--reason", "no")).Code);
            }

            Assert.Equal(50_000L, (await system.Outcomes.WaitForAsync(right, "OrderPaid")).Amount);
            Assert.Equal("OrderMismatch", (await system.Outcomes.WaitForAsync(squatter, "OrderPaymentFlagged")).Text("reason"));
            Assert.Equal(byHttp ? "test-Operate" : "ama", await system.ReadAsync<string>($"select data->>'by' from kkiaevents.mt_events where stream_id = 'default/{squatter}' and type = 'order_released'"));
            Assert.Contains($"released order {order} from this payment", (await system.KkiaAsync("show", order)).Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task KKiaPay_is_asked_again_about_every_payment_that_fits_and_only_when_it_is_confirmed()
    {
        var flagged = new[] { await PaidAsync("kkia-ask-1", 100, claimed: 5000), await PaidAsync("kkia-ask-2", 100, claimed: 5000) };
        foreach (var id in flagged)
            await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged");
        Assert.Equal(2, (await system.KkiaAsync("flag", "ask", "--reason", "no criterion")).Code);
        Assert.Equal(2, (await system.KkiaAsync("flag", "ask", flagged[0], "--flag", "AmountMismatch", "--reason", "both")).Code);
        var dry = await system.KkiaAsync("flag", "ask", "--order", "kkia-ask-1", "--reason", "the keys are right now", "--json");
        Assert.Equal((1L, 0L), (dry.Json.GetProperty("payments").GetInt64(), dry.Json.GetProperty("asked").GetInt64()));
        Assert.Equal(0L, await AskedAsync(flagged[0]));

        var asked = await system.KkiaAsync("flag", "ask", "--flag", "AmountMismatch", "--reason", "the keys are right now", "--by", "ama", "--confirm");
        Assert.True(asked.Code == 0, asked.Error);
        Assert.Equal((1L, 1L), (await AskedAsync(flagged[0]), await AskedAsync(flagged[1])));
        var (status, counted) = await Operators.PostAsync(system.Operator, "/api/v1/payments/ask", new { flag = "AmountMismatch", order = "kkia-ask-2", reason = "again", confirm = true });
        Assert.Equal((200, 1L), (status, counted.GetProperty("asked").GetInt64()));
        Assert.Equal(400, (await Operators.PostAsync(system.Operator, "/api/v1/payments/ask", new { reason = "everything", confirm = true })).Status);
    }

    [Fact]
    public async Task An_acceptance_is_refused_where_the_order_is_due_something_else_than_the_person_saw()
    {
        Assert.Equal(200, (await Operators.PostAsync(system.Operator, "/api/v1/expectations", new { orderId = "kkia-due", amount = 6000 })).Status);
        var id = await PaidAsync("kkia-due", 5000);
        await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged");
        Assert.Equal(200, (await Operators.PostAsync(system.Operator, "/api/v1/expectations", new { orderId = "kkia-due", amount = 60_000 })).Status);
        Assert.Equal(409, (await Operators.PostAsync(system.Operator, $"/api/v1/payments/default/{id}/review", new { verdict = "Accepted", reason = "agreed", due = 6000 })).Status);
        var refused = await system.KkiaAsync("flag", "accept", id, "--reason", "agreed", "--due", "6000");
        Assert.Equal((1, true), (refused.Code, refused.Error.Contains("is due 60000 XOF by now", StringComparison.Ordinal)));
        Assert.Equal(0, (await system.KkiaAsync("flag", "accept", id, "--reason", "agreed", "--due", "60000")).Code);
        Assert.Equal(60_000L, (await system.Outcomes.WaitForAsync(id, "OrderPaid")).Message.GetProperty("dueAmount").GetInt64());
    }

    private async Task<string> PaidAsync(string order, long amount, long? claimed = null)
    {
        var id = await system.Provider.PayAsync(new { amount, stateData = new { orderId = order } });
        await system.NotifyAsync(id, amount: claimed ?? amount, order: order);
        await Condition.HoldsAsync("it is decided", () => system.Outcomes.Of(id).Count > 0);
        return id;
    }

    private Task<long> AskedAsync(string id) =>
        system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'flag_reviewed' and data->>'verdict' = 'AskedAgain'");

    [Fact]
    public async Task A_flagged_payment_is_asked_again_rejected_and_accepted_after_all()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = "kkia-flagged" } });
        await system.NotifyAsync(id, amount: 100_000, order: "kkia-flagged");
        await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged");
        foreach (var verdict in new[] { "ask", "reject", "accept" })
        {
            var done = await system.KkiaAsync("flag", verdict, "kkia-flagged", "--reason", $"to {verdict}", "--by", "ama");
            Assert.True(done.Code == 0, done.Error);
        }

        await system.Outcomes.WaitForAsync(id);
        Assert.Equal("ama: to ask,ama: to reject,ama: to accept", await system.ReadAsync<string>(
            $"select string_agg(data->>'by' || ': ' || (data->>'reason'), ',' order by version) from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'flag_reviewed'"));
        var nothing = await system.KkiaAsync("flag", "accept", id, "--reason", "again");
        Assert.Equal((1, true), (nothing.Code, nothing.Error.Contains("no open flag", StringComparison.Ordinal)));
        Assert.Equal(1, (await system.KkiaAsync("flag", "ask", "nobody-knows", "--reason", "r")).Code);
    }

    [Fact]
    public async Task A_refund_asks_for_confirm_and_comes_out_as_OrderRefunded()
    {
        var id = await PaidAsync("MOBILE_MONEY");
        var dry = await system.KkiaAsync("refund", id);
        Assert.Equal((0, true), (dry.Code, dry.Output.Contains("Nothing is done yet", StringComparison.Ordinal)));
        Assert.Equal(2, (await system.KkiaAsync("refund", id, "--confirm")).Code);
        Assert.Equal(0, await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'refund_requested'"));
        var done = await system.KkiaAsync("refund", id, "--confirm", "--reason", "goods returned", "--by", "ama");
        Assert.True(done.Code == 0, done.Error);
        await system.Outcomes.WaitForAsync(id, "OrderRefunded");
        Assert.Equal("ama", await system.ReadAsync<string>($"select data->>'by' from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'refund_requested'"));
    }

    [Fact]
    public async Task A_refund_whose_answer_was_lost_is_settled_by_command_or_over_HTTP()
    {
        var id = await PaidAsync("MOBILE_MONEY");
        var nothing = await system.KkiaAsync("refund", "settle", id, "--done", "--reason", "r");
        Assert.Equal((1, true), (nothing.Code, nothing.Error.Contains("nothing to settle", StringComparison.Ordinal)));
        await LoseAnAnswerAsync(id, 1);
        var settled = await system.KkiaAsync("refund", "settle", id, "--not-done", "--reason", "the dashboard shows none", "--by", "ama");
        Assert.True(settled.Code == 0, settled.Error);
        Assert.Equal("ama", await system.ReadAsync<string>($"select data->>'by' from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'refund_answered' and data->>'answer' = 'Refused'"));
        Assert.Contains("settled that the refund was not done: the dashboard shows none", (await system.KkiaAsync("show", id)).Output, StringComparison.Ordinal);

        await LoseAnAnswerAsync(id, 3);
        using var client = system.With((await system.KkiaAsync("keys", "create", "settler", "operate")).Output.Trim());
        var path = $"/api/v1/payments/default/{id}/refund/settle";
        Assert.Equal(400, (int)(await client.PostAsJsonAsync(path, new { reason = "which?" })).StatusCode);
        Assert.Equal(202, (int)(await client.PostAsJsonAsync(path, new { done = true, reason = "KKiaPay's support says so" })).StatusCode);
        Assert.Equal(409, (int)(await client.PostAsJsonAsync(path, new { done = true, reason = "again" })).StatusCode);
        Assert.Equal(0, (await system.KkiaAsync("rederive")).Code);
    }

    // KKiaPay is down just when the refund is sent, and nobody knows whether it was done.
    private async Task LoseAnAnswerAsync(string id, int answers)
    {
        await system.Provider.FaultAsync(new { errorRate = 1.0, errorStatus = 503 });
        try
        {
            var asked = await system.KkiaAsync("refund", id, "--confirm", "--reason", "goods returned", "--by", "ama");
            Assert.True(asked.Code == 0, asked.Error);
            await Condition.HoldsAsync("what came back is known", async () =>
                await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'refund_answered'") == answers);
        }
        finally
        {
            await system.Provider.HealAsync();
        }
    }

    [Fact]
    public async Task A_refund_of_a_card_payment_is_refused_with_what_to_do_instead()
    {
        var id = await PaidAsync("CARD");
        foreach (var args in new string[][] { ["refund", id], ["refund", id, "--confirm", "--reason", "r"] })
        {
            var refused = await system.KkiaAsync(args);
            Assert.Equal(1, refused.Code);
            Assert.Contains(id, refused.Error, StringComparison.Ordinal);
            Assert.Contains("chargeback", refused.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Decisions_are_taken_again_by_the_merchants_own_rules()
    {
        await PaidAsync("MOBILE_MONEY", "kkia-unannounced");
        Assert.Equal(0, (await system.KkiaAsync("rederive")).Code);
        Assert.Equal(1, (await system.KkiaAsync(new Dictionary<string, string?> { ["Kkiapay:Merchants:default:Orders:Unannounced"] = "Flag" }, "rederive")).Code);
        Assert.Equal(0, (await system.KkiaAsync(
            new Dictionary<string, string?> { ["Orders:Unannounced"] = "Flag", ["Kkiapay:Merchants:default:Orders:Unannounced"] = "Accept" }, "rederive")).Code);
        var wrong = await system.KkiaAsync(new Dictionary<string, string?> { ["Kkiapay:Merchants:default:Orders:Unannounced"] = "1" }, "rederive");
        Assert.Equal((78, true), (wrong.Code, wrong.Error.Contains("Kkiapay__Merchants__default__Orders__Unannounced", StringComparison.Ordinal)));
    }

    private async Task<string> PaidAsync(string method, string? order = null)
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, method, stateData = order is null ? null : new { orderId = order } });
        await system.NotifyAsync(id, order: order);
        await system.Outcomes.WaitForAsync(id);
        return id;
    }

    // Just after a look the broker may still be taking messages back.
    private Task ListedAsync(string id) => Condition.HoldsAsync(
        $"{id} is listed", async () => (await system.KkiaAsync("dead", "list", "--json")).Json.EnumerateArray().Any(l => l.GetProperty("id").GetString() == id));

    private Task<string> DecisionAsync(string id, string type, string field) =>
        system.ReadAsync<string>($"select data->>'{field}' from kkiaevents.mt_events where stream_id = 'operations/dead-letter/{id}' and type = '{type}'");
}
