using KkiaEvents.Sandbox;

namespace KkiaEvents.Tests.Unit.Sandbox;

public sealed class ControlApiTests
{
    [Theory]
    [InlineData("/sandbox/payments", """{"amonut":5000}""", "amonut")]
    [InlineData("/sandbox/payments", """{"amount":50.5}""", "amount")]
    [InlineData("/sandbox/payments", """{"amount":"5000"}""", "amount")]
    [InlineData("/sandbox/payments", """{"amount":0}""", "amount")]
    [InlineData("/sandbox/payments", """{"amount":100,"fees":101}""", "fees")]
    [InlineData("/sandbox/payments", """{"outcome":"won"}""", "success, failed")]
    [InlineData("/sandbox/payments", """{"outcome":2}""", "success, failed")]
    [InlineData("/sandbox/payments", """{"outcome":"2"}""", "success, failed")]
    [InlineData("/sandbox/payments", """{"outcome":"success,failed"}""", "success, failed")]
    [InlineData("/sandbox/payments", """{"\ud800":1}""", "no character")]
    [InlineData("/sandbox/payments", """{"name":"\ud800"}""", "name")]
    [InlineData("/sandbox/payments", """{"merchant":"nobody"}""", "nobody")]
    [InlineData("/sandbox/payments", """{"transactionId":"a b"}""", "transactionId")]
    [InlineData("/sandbox/payments", """{"lateSuccessAfterMs":1}""", "lateSuccessAfterMs")]
    [InlineData("/sandbox/payments", """{"settleAfterMs":-1}""", "settleAfterMs")]
    [InlineData("/sandbox/payments", """{"amount":1,"amount":2}""", "amount")]
    [InlineData("/sandbox/payments", "[]", "object")]
    [InlineData("/sandbox/payments", "{", "JSON")]
    [InlineData("/sandbox/payments/bulk", """{"count":0}""", "count")]
    [InlineData("/sandbox/payments/bulk", """{"count":1,"transactionId":"t"}""", "transactionId")]
    [InlineData("/sandbox/webhooks", "{}", "body")]
    public async Task What_is_wrong_is_refused_by_name(string path, string json, string named)
    {
        await using var sandbox = await SandboxHost.StartAsync();

        var answer = await sandbox.PostAsync(path, json);

        Assert.Equal(400, answer.Status);
        Assert.Contains(named, answer["detail"], StringComparison.Ordinal);
        Assert.Equal("400", answer["status"]);
    }

    [Theory]
    [InlineData("""{"errorRate":2}""", "errorRate")]
    [InlineData("""{"latency":1}""", "latency")]
    [InlineData("""{"lieOnce":{"transactionId":"t"}}""", "lieOnce")]
    [InlineData("""{"lieOnce":{"transactionId":"t","status":"FAILED","x":1}}""", "lieOnce.x")]
    public async Task A_wrong_fault_is_refused_by_name(string json, string named)
    {
        await using var sandbox = await SandboxHost.StartAsync();

        var answer = await sandbox.FaultsAsync(json);

        Assert.Equal(400, answer.Status);
        Assert.Contains(named, answer["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_is_taken_once()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"t","webhook":false}""");

        Assert.Equal(409, (await sandbox.CreateAsync("""{"transactionId":"t","webhook":false}""")).Status);
        Assert.Equal(404, (await sandbox.GetAsync("/sandbox/payments/another")).Status);
        Assert.Equal(404, (await sandbox.PostAsync("/sandbox/payments/another/status", """{"outcome":"success"}""")).Status);
    }

    [Fact]
    public async Task A_bulk_has_numbered_payments_without_webhooks()
    {
        await using var sandbox = await SandboxHost.StartAsync();

        var answer = await sandbox.PostAsync(
            "/sandbox/payments/bulk",
            """{"count":20000,"prefix":"b_","startAt":5,"amount":700,"partnerId":"p-{n}","stateData":{"orderId":"order-{n}"}}""");

        Assert.Equal(("20000", "b_5", "b_20004"), (answer["created"], answer["first"], answer["last"]));
        var last = await sandbox.RestAsync("b_20004");
        Assert.Equal(("700", "p-20004", """{"orderId":"order-20004"}"""), (last["amount"], last["partnerId"], last["stateData"]));
        Assert.Equal(404, (await sandbox.RestAsync("b_20005")).Status);
        Assert.Equal(0, sandbox.Receiver.Count);
    }

    [Fact]
    public async Task The_latest_payments_are_listed_first_with_how_often_they_were_verified()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.PostAsync("/sandbox/payments/bulk", """{"count":3,"prefix":"b_"}""");
        await sandbox.RestAsync("b_2");
        await sandbox.SdkAsync("b_2");

        var list = (await sandbox.GetAsync("/sandbox/payments?limit=2")).Json.EnumerateArray().ToArray();

        Assert.Equal(["b_2", "b_1"], list.Select(p => p.GetProperty("transactionId").GetString()));
        Assert.Equal([2, 0], list.Select(p => p.GetProperty("verifications").GetInt32()));
    }

    [Fact]
    public async Task It_is_healthy()
    {
        await using var sandbox = await SandboxHost.StartAsync();

        Assert.Equal(200, (await sandbox.GetAsync("/health/live")).Status);
        Assert.Equal(200, (await sandbox.GetAsync("/health/ready")).Status);
        Assert.Equal(404, (await sandbox.GetAsync("/nothing/here")).Status);
    }

    [Theory]
    [InlineData("--Sandbox:Merchants:shop:PublicKey=pk_shop", "Sandbox__Merchants__shop__PrivateKey")]
    [InlineData("--Sandbox:Merchants:default:WebhookUrl=here", "Sandbox__Merchants__default__WebhookUrl")]
    public void A_wrong_setting_stops_the_start_by_its_name(string setting, string key)
    {
        var refusal = Assert.Throws<SandboxRefusedException>(() => SandboxApp.Build([setting]));

        Assert.Contains(key, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("for example", refusal.Message, StringComparison.Ordinal);
    }
}
