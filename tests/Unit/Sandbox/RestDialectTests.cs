namespace KkiaEvents.Tests.Unit.Sandbox;

public sealed class RestDialectTests
{
    [Theory]
    [InlineData("/v1")]
    [InlineData("")]
    public async Task A_complete_payment_has_the_fields_of_the_providers_example(string root)
    {
        await using var sandbox = await SandboxHost.StartAsync(new WatchedTime());
        await sandbox.CreateAsync(
            """{"transactionId":"txn_abc123456789","partnerId":"partner_123","stateData":{"orderId":"12345"},"webhook":false}""");

        var answer = await sandbox.RestAsync("txn_abc123456789", root: root);

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            """{"transactionId":"txn_abc123456789","status":"COMPLETE","isPaymentSucces":true,"method":"MOBILE_MONEY","account":"+22967434270","amount":5000,"fees":25,"label":"Product Purchase","partnerId":"partner_123","performedAt":"2024-02-24T10:30:45Z","stateData":{"orderId":"12345"}}""",
            answer.Text);
    }

    [Fact]
    public async Task A_failure_has_the_fields_of_the_providers_example()
    {
        await using var sandbox = await SandboxHost.StartAsync(new WatchedTime());
        await sandbox.CreateAsync("""{"transactionId":"txn_def456789012","outcome":"failed","webhook":false}""");

        var answer = await sandbox.RestAsync("txn_def456789012");

        Assert.Equal(
            "transactionId status isPaymentSucces method account amount failureCode failureMessage label performedAt",
            answer.Fields);
        Assert.Equal("FAILED", answer["status"]);
        Assert.Equal("insufficient_fund", answer["failureCode"]);
        Assert.Equal("Account has insufficient balance for this transaction", answer["failureMessage"]);
    }

    [Theory]
    [InlineData("success", "COMPLETE", null)]
    [InlineData("failed", "FAILED", "insufficient_fund")]
    [InlineData("cancelled", "CANCELLED", "cancelled_by_user")]
    [InlineData("timeout", "FAILED", "timeout")]
    [InlineData("pending", "PENDING", null)]
    [InlineData("refunded", "REFUNDED", null)]
    public async Task Each_outcome_has_its_word(string outcome, string word, string? failureCode)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync($$"""{"transactionId":"t","outcome":"{{outcome}}","webhook":false}""");

        var answer = await sandbox.RestAsync("t");

        Assert.Equal(word, answer["status"]);
        Assert.Equal(failureCode, answer["failureCode"]);
        Assert.Equal(outcome == "success" ? "true" : "false", answer["isPaymentSucces"]);
        Assert.Null(answer["currency"]);
    }

    [Fact]
    public async Task What_it_does_not_know_is_404()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"forged","outcome":"unknown"}""");

        Assert.Equal(404, (await sandbox.RestAsync("never_seen")).Status);
        Assert.Equal(404, (await sandbox.RestAsync("forged")).Status);
        Assert.Contains("transaction.success", (await sandbox.Receiver.NextAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_is_401_and_another_merchants_key_finds_an_invalid_transaction()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"t","webhook":false}""");

        Assert.Equal(401, (await sandbox.RestAsync("t", "sk_wrong")).Status);
        var answer = await sandbox.RestAsync("t", "sk_other");
        Assert.Equal((200, "INVALID_TRANSACTION"), (answer.Status, answer["status"]));
        Assert.Null(answer["amount"]);
    }

    [Fact]
    public async Task What_is_no_payment_received_says_so_by_its_status()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"t","type":"CREDIT","webhook":false}""");

        Assert.Equal("INVALID_TRANSACTION_TYPE", (await sandbox.RestAsync("t"))["status"]);
    }

    [Fact]
    public async Task State_data_comes_as_a_string_when_asked()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync(
            """{"transactionId":"t","stateData":{ "orderId" : "é/1" },"stateDataAsString":true,"webhook":false}""");

        Assert.Equal("""{"orderId":"é/1"}""", (await sandbox.RestAsync("t"))["stateData"]);
    }
}
