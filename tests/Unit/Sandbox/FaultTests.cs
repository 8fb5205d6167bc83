using KkiaEvents.Kkiapay;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Tests.Unit.Sandbox;

public sealed class FaultTests
{
    [Fact]
    public async Task Beyond_the_rate_limit_is_429_with_retry_after()
    {
        var time = new WatchedTime();
        await using var sandbox = await WithPaymentAsync(time);
        await sandbox.FaultsAsync("""{"rateLimitPerSecond":2,"retryAfterSeconds":7}""");

        var statuses = new[] { await sandbox.RestAsync("t"), await sandbox.RestAsync("t"), await sandbox.RestAsync("t") };
        time.Advance(TimeSpan.FromSeconds(1));
        var next = await sandbox.RestAsync("t");

        Assert.Equal([200, 200, 429], statuses.Select(a => a.Status));
        Assert.Equal(TimeSpan.FromSeconds(7), statuses[2].RetryAfter?.Delta);
        Assert.Equal(200, next.Status);
    }

    [Fact]
    public async Task Errors_and_refused_keys_come_as_asked_and_end_when_deleted()
    {
        await using var sandbox = await WithPaymentAsync();

        await sandbox.FaultsAsync("""{"errorRate":1,"errorStatus":503}""");
        Assert.Equal(503, (await sandbox.SdkAsync("t")).Status);
        await sandbox.FaultsAsync("""{"rejectKeys":true}""");
        Assert.Equal(401, (await sandbox.SdkAsync("t")).Status);
        await sandbox.DeleteAsync("/sandbox/faults");
        Assert.Equal(200, (await sandbox.SdkAsync("t")).Status);

        var api = (await sandbox.GetAsync("/sandbox/stats")).Json.GetProperty("api");
        Assert.Equal((1, 2), (api.GetProperty("verifications").GetInt32(), api.GetProperty("faulted").GetInt32()));
    }

    [Fact]
    public async Task A_connection_can_break()
    {
        await using var sandbox = await WithPaymentAsync();
        await sandbox.FaultsAsync("""{"dropConnections":1}""");

        await Assert.ThrowsAsync<HttpRequestException>(() => sandbox.RestAsync("t"));
        Assert.Equal(200, (await sandbox.GetAsync("/sandbox/payments/t")).Status);
    }

    [Fact]
    public async Task A_call_that_hangs_is_answered_once_the_fault_is_lifted()
    {
        await using var sandbox = await WithPaymentAsync();
        await sandbox.FaultsAsync("""{"hang":true}""");

        var call = sandbox.RestAsync("t");
        await sandbox.GetAsync("/sandbox/stats");
        Assert.False(call.IsCompleted);
        await sandbox.DeleteAsync("/sandbox/faults");

        Assert.Equal("COMPLETE", (await call)["status"]);
    }

    [Fact]
    public async Task Latency_is_the_clocks()
    {
        var time = new WatchedTime();
        await using var sandbox = await WithPaymentAsync(time);
        await sandbox.FaultsAsync("""{"latencyMs":1234}""");

        var call = sandbox.RestAsync("t");
        await time.PassAsync(TimeSpan.FromMilliseconds(1234));

        Assert.Equal(200, (await call).Status);
    }

    [Theory]
    [InlineData("SUCCESS", "COMPLETE")]
    [InlineData("REVERTED", "REFUNDED")]
    [InlineData("SOMETHING_NEW", "SOMETHING_NEW")]
    public async Task A_lie_is_told_once_in_the_dialect_of_who_asks(string lie, string word)
    {
        await using var sandbox = await WithPaymentAsync(outcome: "failed");
        await sandbox.FaultsAsync($$$"""{"lieOnce":{"transactionId":"t","status":"{{{lie}}}"}}""");

        Assert.Equal(404, (await sandbox.RestAsync("another")).Status);
        Assert.Equal(word, (await sandbox.RestAsync("t"))["status"]);
        Assert.Equal("FAILED", (await sandbox.RestAsync("t"))["status"]);
    }

    [Theory]
    [InlineData("html", 200, null)]
    [InlineData("redirect", 302, null)]
    [InlineData("empty", 200, null)]
    [InlineData("truncated", 200, null)]
    [InlineData("list", 200, null)]
    [InlineData("ndjson", 200, null)]
    [InlineData("other", 200, null)]
    [InlineData("shapeless", 200, null)]
    [InlineData("bomb", 200, null)]
    [InlineData("unknown", 404, "NotFound")]
    [InlineData("wrapped", 200, "Complete")]
    [InlineData("bom", 200, "Complete")]
    [InlineData("utf16", 200, "Complete")]
    [InlineData("latin1", 200, "Complete")]
    [InlineData("gzip", 200, "Complete")]
    [InlineData("br", 200, "Complete")]
    [InlineData("deflate", 200, "Complete")]
    public async Task An_answer_is_garbled_as_asked_and_the_client_reads_what_can_be_read(string form, int status, string? read)
    {
        await using var sandbox = await WithPaymentAsync();
        await sandbox.FaultsAsync($$"""{"garble":"{{form}}"}""");
        Assert.Equal(status, (await sandbox.RestAsync("t")).Status);
        foreach (var sdk in new[] { false, true })
        {
            await using var services = new ServiceCollection().AddKkiapay(o =>
            {
                (o.PublicKey, o.PrivateKey, o.SecretKey) = ("pk_sandbox", "sk_sandbox", "secret_sandbox");
                (o.ApiBaseUrl, o.Dialect) = (new(sandbox.Address, sdk ? "/" : "/v1"), sdk ? KkiapayDialect.Sdk : KkiapayDialect.Rest);
            }).BuildServiceProvider();
            var asked = services.GetRequiredService<IKkiapayClient>().VerifyAsync("t", TestContext.Current.CancellationToken);
            if (read is null)
                await Assert.ThrowsAsync<KkiapayProtocolException>(() => asked);
            else
                Assert.Equal(read, (await asked).Status.ToString());
        }

        await sandbox.FaultsAsync($$"""{"garble":"{{form}}","garbleRate":0}""");
        Assert.Equal("COMPLETE", (await sandbox.RestAsync("t"))["status"]);
    }

    [Fact]
    public async Task An_answer_can_be_dictated_and_a_form_that_nobody_knows_is_refused()
    {
        await using var sandbox = await WithPaymentAsync();
        await sandbox.FaultsAsync("""{"dictate":{"status":400,"body":"{\"reason\":\"why\"}"}}""");
        var answer = await sandbox.SdkAsync("t");
        Assert.Equal((400, "why"), (answer.Status, answer["reason"]));
        Assert.Equal(400, (await sandbox.FaultsAsync("""{"garble":"upside down"}""")).Status);
        Assert.Equal(400, (await sandbox.FaultsAsync("""{"dictate":{"status":99,"body":""}}""")).Status);
    }

    private static async Task<SandboxHost> WithPaymentAsync(TimeProvider? time = null, string outcome = "success")
    {
        var sandbox = await SandboxHost.StartAsync(time);
        await sandbox.CreateAsync($$"""{"transactionId":"t","outcome":"{{outcome}}","webhook":false}""");
        return sandbox;
    }
}
