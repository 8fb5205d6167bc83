namespace KkiaEvents.Tests.Unit.Sandbox;

public sealed class SdkDialectTests
{
    [Fact]
    public async Task A_payment_has_the_fields_of_the_providers_sdks()
    {
        await using var sandbox = await SandboxHost.StartAsync(new WatchedTime());
        await sandbox.CreateAsync(
            """{"transactionId":"3iH6wjHJ3","stateData":{"orderId":"12345"},"webhook":false}""");

        var answer = await sandbox.SdkAsync("3iH6wjHJ3");

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            """{"performed_at":"2024-02-24T10:30:45.883Z","received_at":"2024-02-24T10:30:45.883Z","type":"DEBIT","status":"SUCCESS","source":"MOBILE_MONEY","source_common_name":"mtn","amount":5000,"fees":25,"income":4975,"reason":"Product Purchase","state":{"orderId":"12345"},"partnerId":"","feeSupportedBy":"merchant","transactionId":"3iH6wjHJ3","client":{"fullname":"Test Payer","phone":"22967434270","email":"payer@example.com"}}""",
            answer.Text);
    }

    [Theory]
    [InlineData("success", "SUCCESS", null)]
    [InlineData("failed", "FAILED", "insufficient_fund")]
    [InlineData("cancelled", "FAILED", "cancelled_by_user")]
    [InlineData("timeout", "FAILED", "timeout")]
    [InlineData("pending", "PENDING", null)]
    [InlineData("refunded", "REVERTED", null)]
    [InlineData("unknown", "TRANSACTION_NOT_FOUND", null)]
    public async Task Each_outcome_has_its_word(string outcome, string word, string? failureCode)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync($$"""{"transactionId":"t","outcome":"{{outcome}}","webhook":false}""");

        var answer = await sandbox.SdkAsync("t");

        Assert.Equal((200, word), (answer.Status, answer["status"]));
        Assert.Equal(failureCode, answer["failureCode"]);
        Assert.Null(answer["currency"]);
    }

    [Theory]
    [InlineData("pk_wrong", "sk_sandbox", "secret_sandbox")]
    [InlineData("pk_sandbox", "sk_wrong", "secret_sandbox")]
    [InlineData("pk_sandbox", "sk_sandbox", "secret_wrong")]
    [InlineData("pk_other", "sk_sandbox", "secret_sandbox")]
    public async Task All_three_keys_must_be_one_merchants(string publicKey, string privateKey, string secretKey)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"t","webhook":false}""");

        var answer = await sandbox.SdkAsync("t", publicKey: publicKey, privateKey: privateKey, secretKey: secretKey);

        Assert.Equal(401, answer.Status);
    }

    [Fact]
    public async Task Another_merchants_transaction_is_invalid()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"t","merchant":"other","webhook":false}""");

        Assert.Equal("INVALID_TRANSACTION", (await sandbox.SdkAsync("t"))["status"]);
        Assert.Equal("SUCCESS", (await sandbox.SdkAsync("t", "status", "pk_other", "sk_other", "secret_other"))["status"]);
    }

    [Fact]
    public async Task The_customer_may_bear_the_fees_and_a_type_other_than_debit_is_told()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync(
            """{"transactionId":"t","amount":1000,"fees":19,"feeSupportedBy":"customer","type":"CREDIT","webhook":false}""");

        var answer = await sandbox.SdkAsync("t");

        Assert.Equal(("1000", "19", "CREDIT"), (answer["income"], answer["fees"], answer["type"]));
    }

    [Fact]
    public async Task A_status_word_can_be_dictated()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"new","apiStatus":"ON_HOLD","webhook":false}""");
        await sandbox.CreateAsync("""{"transactionId":"poor","apiStatus":"INSUFFICIENT_FUND","webhook":false}""");

        Assert.Equal("ON_HOLD", (await sandbox.SdkAsync("new"))["status"]);
        Assert.Equal("INSUFFICIENT_FUND", (await sandbox.SdkAsync("poor"))["status"]);
        Assert.Equal("insufficient_fund", (await sandbox.SdkAsync("poor"))["failureCode"]);
    }

    [Fact]
    public async Task A_body_without_an_id_is_400()
    {
        await using var sandbox = await SandboxHost.StartAsync();

        Assert.Equal(400, (await sandbox.SdkAsync(null!)).Status);
    }
}
