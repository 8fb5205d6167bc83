using System.Security.Cryptography;
using System.Text;

namespace KkiaEvents.Tests.Unit.Sandbox;

public sealed class WebhookBodyTests
{
    [Theory]
    [InlineData(
        """{"transactionId":"txn_abc123456789","partnerId":"partner_123"}""",
        """{"event":"transaction.success","transactionId":"txn_abc123456789","isPaymentSucces":true,"method":"MOBILE_MONEY","account":"+22967434270","amount":5000,"fees":25,"label":"Product Purchase","partnerId":"partner_123","performedAt":"2024-02-24T10:30:45Z","stateData":{}}""")]
    [InlineData(
        """{"transactionId":"txn_def456789012","outcome":"failed","failureMessage":"Account has insufficient balance"}""",
        """{"event":"transaction.failed","transactionId":"txn_def456789012","isPaymentSucces":false,"method":"MOBILE_MONEY","failureCode":"insufficient_fund","failureMessage":"Account has insufficient balance","performedAt":"2024-02-24T10:30:45Z"}""")]
    [InlineData(
        """{"transactionId":"txn_ghi789012345","outcome":"timeout"}""",
        """{"event":"transaction.timeout","transactionId":"txn_ghi789012345","failureCode":"timeout","performedAt":"2024-02-24T10:30:45Z"}""")]
    [InlineData(
        """{"transactionId":"3iH6wjHJ3","dialect":"field","stateData":{"a":"é"},"stateDataAsString":true}""",
        """{"transactionId":"3iH6wjHJ3","isPaymentSucces":true,"account":"22967434270","label":"Product Purchase","method":"MOBILE_MONEY","amount":5000,"fees":25,"partnerId":"","performedAt":"2024-02-24T10:30:45.883Z","stateData":"{\"a\":\"é\"}","event":"transaction.success"}""")]
    [InlineData(
        """{"transactionId":"t","outcome":"cancelled","event":"transaction.odd"}""",
        """{"event":"transaction.odd","transactionId":"t","isPaymentSucces":false,"method":"MOBILE_MONEY","failureCode":"cancelled_by_user","failureMessage":"The customer cancelled the payment","performedAt":"2024-02-24T10:30:45Z"}""")]
    public async Task The_body_is_the_providers(string payment, string expected)
    {
        await using var sandbox = await SandboxHost.StartAsync(new WatchedTime());
        Assert.Equal(201, (await sandbox.CreateAsync(payment)).Status);

        var webhook = await sandbox.Receiver.NextAsync();

        Assert.Equal(expected, webhook.Text);
        Assert.Equal("application/json", webhook.ContentType);
    }

    [Fact]
    public async Task A_webhook_may_claim_what_the_api_denies()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync(
            """{"transactionId":"t","amount":100,"webhookAmount":"100000","webhookStateData":{"orderId":"dear"},"stateData":{"orderId":"cheap"}}""");

        var webhook = await sandbox.Receiver.NextAsync();

        Assert.Contains("\"amount\":\"100000\"", webhook.Text, StringComparison.Ordinal);
        Assert.Contains("\"orderId\":\"dear\"", webhook.Text, StringComparison.Ordinal);
        Assert.Equal(("100", """{"orderId":"cheap"}"""), ((await sandbox.RestAsync("t"))["amount"], (await sandbox.RestAsync("t"))["stateData"]));
    }

    [Theory]
    [InlineData("hmac")]
    [InlineData("secret")]
    [InlineData("wrong")]
    [InlineData("none")]
    public async Task The_signature_is_as_asked(string mode)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync($$$"""{"signature":"{{{mode}}}","stateData":{"shop":"café/1"}}""");

        var webhook = await sandbox.Receiver.NextAsync();

        var hmac = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("whsec_sandbox"), webhook.Body));
        switch (mode)
        {
            case "hmac":
                Assert.Equal(hmac, webhook.Signature);
                break;
            case "secret":
                Assert.Equal("whsec_sandbox", webhook.Signature);
                break;
            case "wrong":
                Assert.Matches("^[0-9a-f]{64}$", webhook.Signature);
                Assert.NotEqual(hmac, webhook.Signature);
                break;
            default:
                Assert.Null(webhook.Signature);
                break;
        }
    }

    [Fact]
    public async Task Each_dialect_has_ids_of_its_own()
    {
        await using var sandbox = await SandboxHost.StartAsync();

        Assert.Matches("^txn_[a-z0-9]{12}$", (await sandbox.CreateAsync("""{"webhook":false}"""))["transactionId"]);
        Assert.Matches("^[A-Za-z0-9]{9}$", (await sandbox.CreateAsync("""{"webhook":false,"dialect":"field"}"""))["transactionId"]);
    }
}
