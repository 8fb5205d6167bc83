using System.Text.Json;

namespace KkiaEvents.Tests.Unit.Sandbox;

public sealed class WebhookDeliveryTests
{
    private static readonly TimeSpan[] Waits =
        [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task An_answer_outside_2xx_is_tried_five_times_and_then_never_again(int status)
    {
        var time = new WatchedTime();
        await using var sandbox = await SandboxHost.StartAsync(time);
        sandbox.Receiver.Status = status;
        await sandbox.CreateAsync("""{"transactionId":"t"}""");

        foreach (var wait in Waits) await time.PassAsync(wait);
        var stats = await sandbox.EventuallyAsync("/sandbox/stats", s => Count(s, "givenUp") == 1);
        time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(5, sandbox.Receiver.Count);
        Assert.Equal((5, 0, 5), (Count(stats.Json, "sent"), Count(stats.Json, "accepted"), Count(stats.Json, "refused")));
        var attempts = (await sandbox.GetAsync("/sandbox/deliveries?transactionId=t")).Json.EnumerateArray().ToArray();
        Assert.Equal([1, 2, 3, 4, 5], attempts.Select(a => a.GetProperty("attempt").GetInt32()));
        Assert.All(attempts, a => Assert.Equal(status, a.GetProperty("status").GetInt32()));
        var began = attempts[0].GetProperty("at").GetDateTimeOffset();
        Assert.Equal(
            [0, 0.5, 1.5, 3.5, 7.5],
            attempts.Select(a => (a.GetProperty("at").GetDateTimeOffset() - began).TotalSeconds));
    }

    [Fact]
    public async Task A_retry_sends_the_same_bytes_and_stops_once_received()
    {
        var time = new WatchedTime();
        await using var sandbox = await SandboxHost.StartAsync(time);
        sandbox.Receiver.Status = 503;
        await sandbox.CreateAsync("""{"transactionId":"t"}""");
        var first = await sandbox.Receiver.NextAsync();
        sandbox.Receiver.Status = 204;

        await time.PassAsync(Waits[0]);
        var second = await sandbox.Receiver.NextAsync();
        await sandbox.EventuallyAsync("/sandbox/stats", s => Count(s, "accepted") == 1);
        time.Advance(TimeSpan.FromDays(1));

        Assert.Equal((first.Text, first.Signature), (second.Text, second.Signature));
        Assert.Equal(2, sandbox.Receiver.Count);
    }

    [Fact]
    public async Task Duplicates_are_identical()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"t","duplicates":2}""");

        WebhookReceiver.Received[] all =
            [await sandbox.Receiver.NextAsync(), await sandbox.Receiver.NextAsync(), await sandbox.Receiver.NextAsync()];

        Assert.Single(all.Select(w => w.Text).Distinct());
    }

    [Fact]
    public async Task A_late_success_is_told_after_the_timeout()
    {
        var time = new WatchedTime();
        await using var sandbox = await SandboxHost.StartAsync(time);
        await sandbox.CreateAsync(
            """{"transactionId":"t","outcome":"timeout","settleAfterMs":90000,"lateSuccessAfterMs":30000}""");
        Assert.Equal("PENDING", (await sandbox.RestAsync("t"))["status"]);

        await time.PassAsync(TimeSpan.FromSeconds(90));
        var timeout = await sandbox.Receiver.NextAsync();
        Assert.Equal(("FAILED", "timeout"), ((await sandbox.RestAsync("t"))["status"], (await sandbox.RestAsync("t"))["failureCode"]));

        time.Advance(TimeSpan.FromSeconds(30));
        var success = await sandbox.Receiver.NextAsync();

        Assert.Contains("transaction.timeout", timeout.Text, StringComparison.Ordinal);
        Assert.Contains("transaction.success", success.Text, StringComparison.Ordinal);
        Assert.Equal("COMPLETE", (await sandbox.RestAsync("t"))["status"]);
    }

    [Fact]
    public async Task A_payment_moved_by_hand_tells_what_it_became_and_no_longer_what_was_planned()
    {
        var time = new WatchedTime();
        await using var sandbox = await SandboxHost.StartAsync(time);
        await sandbox.CreateAsync("""{"transactionId":"t","settleAfterMs":60000}""");

        await sandbox.PostAsync("/sandbox/payments/t/status", """{"outcome":"failed","failureCode":"wrong_pin"}""");
        var webhook = await sandbox.Receiver.NextAsync();
        await time.PassAsync(TimeSpan.FromMinutes(1));
        await sandbox.EventuallyAsync("/sandbox/stats", s => Count(s, "calledOff") == 1);

        Assert.Contains("\"failureCode\":\"wrong_pin\"", webhook.Text, StringComparison.Ordinal);
        Assert.Equal("wrong_pin", (await sandbox.RestAsync("t"))["failureCode"]);
        await sandbox.PostAsync("/sandbox/payments/t/status", """{"outcome":"success"}""");
        Assert.Contains("transaction.success", (await sandbox.Receiver.NextAsync()).Text, StringComparison.Ordinal);
        Assert.Equal(2, sandbox.Receiver.Count);
    }

    [Fact]
    public async Task A_webhook_is_sent_again_on_demand_but_not_of_a_pending_payment()
    {
        await using var sandbox = await SandboxHost.StartAsync(new WatchedTime());
        await sandbox.CreateAsync("""{"transactionId":"done"}""");
        await sandbox.CreateAsync("""{"transactionId":"open","outcome":"pending"}""");
        var first = await sandbox.Receiver.NextAsync();

        Assert.Equal(202, (await sandbox.PostAsync("/sandbox/payments/done/webhook", "")).Status);

        Assert.Equal(first.Text, (await sandbox.Receiver.NextAsync()).Text);
        Assert.Equal(409, (await sandbox.PostAsync("/sandbox/payments/open/webhook", "")).Status);
    }

    [Fact]
    public async Task Any_body_is_sent_once_a_time_and_the_receivers_statuses_come_back()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        sandbox.Receiver.Status = 401;

        var answer = await sandbox.PostAsync(
            "/sandbox/webhooks", """{"merchant":"other","body":"not { json","signature":"secret","repeat":5,"parallel":3}""");

        Assert.Equal(5, answer.Json.GetProperty("byStatus").GetProperty("401").GetInt32());
        Assert.Equal(5, sandbox.Receiver.Count);
        var webhook = await sandbox.Receiver.NextAsync();
        Assert.Equal(("not { json", "whsec_other"), (webhook.Text, webhook.Signature));
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_logged_as_such()
    {
        await using var sandbox = await SandboxHost.StartAsync(new WatchedTime());
        await sandbox.Receiver.DisposeAsync();

        var answer = await sandbox.PostAsync("/sandbox/webhooks", """{"body":"{}"}""");

        Assert.Equal(1, answer.Json.GetProperty("byStatus").GetProperty("none").GetInt32());
        var attempt = (await sandbox.GetAsync("/sandbox/deliveries")).Json.EnumerateArray().Single();
        Assert.NotEmpty(attempt.GetProperty("error").GetString()!);
        Assert.False(attempt.GetProperty("accepted").GetBoolean());
    }

    private static int Count(JsonElement stats, string name) => stats.GetProperty("webhooks").GetProperty(name).GetInt32();
}
