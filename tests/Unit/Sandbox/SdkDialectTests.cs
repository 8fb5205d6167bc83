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
            """{"performed_at":"2024-02-24T10:30:45.883Z","received_at":"2024-02-24T10:30:45.883Z","type":"DEBIT","status":"SUCCESS","source":"MOBILE_MONEY","source_common_name":"mtn","amount":5000,"fees":25,"income":4975,"reason":"Product Purchase","failureCode":"","failureMessage":"","state":{"orderId":"12345"},"partnerId":"","feeSupportedBy":"merchant","transactionId":"3iH6wjHJ3","performedAt":"24/02/2024","client":{"fullname":"Test Payer","phone":"22967434270","email":"payer@example.com"}}""",
            answer.Text);
    }

    [Theory]
    [InlineData("success", "SUCCESS", "")]
    [InlineData("failed", "FAILED", "insufficient_fund")]
    [InlineData("cancelled", "FAILED", "cancelled_by_user")]
    [InlineData("timeout", "FAILED", "timeout")]
    [InlineData("pending", "PENDING", "")]
    [InlineData("refunded", "REVERTED", "")]
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
    public async Task Fees_that_a_third_party_bears_are_not_the_merchants()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"t","amount":40,"fees":1,"feeSupportedBy":"thirdparty","operator":"moov-tg","webhook":false}""");

        var answer = await sandbox.SdkAsync("t");

        Assert.Equal(("40", "1", "40", "moov-tg"), (answer["amount"], answer["fees"], answer["income"], answer["source_common_name"]));
    }

    [Fact]
    public async Task An_unknown_transaction_can_be_told_by_a_number()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"t","apiStatus":"4003","webhook":false}""");

        var answer = await sandbox.SdkAsync("t");

        Assert.Equal((400, """{"status":4003,"reason":"Transaction Not Found"}"""), (answer.Status, answer.Text));
        Assert.Equal(404, (await sandbox.RestAsync("t")).Status);
    }

    [Fact]
    public async Task A_body_may_be_a_form_in_both_dialects()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"1","webhook":false}""");
        await sandbox.CreateAsync("""{"transactionId":"2","webhook":false}""");

        Assert.Equal("SUCCESS", (await sandbox.FormAsync("/api/v1/transactions/status", "transactionId=1"))["status"]);
        Assert.Equal("REVERTED", (await sandbox.FormAsync("/api/v1/transactions/revert", "transactionId=1"))["status"]);
        Assert.Equal("REFUNDED", (await sandbox.FormAsync("/v1/transactions/2/refund", "reason=asked"))["status"]);
        Assert.Equal("REVERTED", (await sandbox.FormAsync("/api/v1/transactions/status", """{"transactionId":"1"}"""))["status"]);
        Assert.Equal(400, (await sandbox.FormAsync("/api/v1/transactions/status", "transactionId=")).Status);
        Assert.Equal(400, (await sandbox.FormAsync("/api/v1/transactions/status", "transactionId=1&transactionId=2")).Status);
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
