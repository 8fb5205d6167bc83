namespace KkiaEvents.Tests.Unit.Sandbox;

public sealed class RefundTests
{
    [Fact]
    public async Task A_successful_mobile_money_payment_is_refunded_once()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"t","webhook":false}""");

        var first = await sandbox.SdkAsync("t", "revert");
        var second = await sandbox.SdkAsync("t", "revert");

        Assert.Equal((200, "REVERTED"), (first.Status, first["status"]));
        Assert.Equal("""{"code":"TRANSACTION_NOT_ELIGIBLE","description":"this transaction is already reverted or not eligible","transactionId":"t"}""", second.Text);
        Assert.Equal("REFUNDED", (await sandbox.RestAsync("t"))["status"]);
        Assert.Equal(0, sandbox.Receiver.Count);
    }

    [Fact]
    public async Task The_rest_dialect_refunds_by_the_same_rules()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"t","webhook":false}""");

        var first = await sandbox.RefundRestAsync("t");
        var second = await sandbox.RefundRestAsync("t");

        Assert.Equal((200, "REFUNDED"), (first.Status, first["status"]));
        Assert.Equal((409, "TRANSACTION_NOT_ELIGIBLE"), (second.Status, second["status"]));
        Assert.Equal(404, (await sandbox.RefundRestAsync("never_seen")).Status);
        Assert.Equal(401, (await sandbox.RefundRestAsync("t", "sk_wrong")).Status);
    }

    [Theory]
    [InlineData("""{"transactionId":"t","method":"CARD","webhook":false}""", "TRANSACTION_NOT_ELIGIBLE")]
    [InlineData("""{"transactionId":"t","outcome":"failed","webhook":false}""", "TRANSACTION_NOT_ELIGIBLE")]
    [InlineData("""{"transactionId":"t","outcome":"pending","webhook":false}""", "TRANSACTION_NOT_ELIGIBLE")]
    [InlineData("""{"transactionId":"t","type":"CREDIT","webhook":false}""", "INVALID_TRANSACTION_TYPE")]
    [InlineData("""{"transactionId":"t","outcome":"unknown","webhook":false}""", "TRANSACTION_NOT_FOUND")]
    [InlineData("""{"transactionId":"t","merchant":"other","webhook":false}""", "INVALID_TRANSACTION")]
    public async Task Nothing_else_is_refunded(string payment, string word)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync(payment);

        Assert.Equal(word, (await sandbox.SdkAsync("t", "revert"))["code"]);
    }

    [Fact]
    public async Task A_refund_can_be_refused_until_the_faults_change()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"t","webhook":false}""");
        await sandbox.FaultsAsync("""{"refuseRefunds":true}""");

        Assert.Equal("""{"code":"FAILED","description":"NOT_REVERTED","transactionId":"t"}""", (await sandbox.SdkAsync("t", "revert")).Text);
        var rest = await sandbox.RefundRestAsync("t");
        Assert.Equal((409, "FAILED", "NOT_REVERTED"), (rest.Status, rest["status"], rest["message"]));
        Assert.Equal("SUCCESS", (await sandbox.SdkAsync("t"))["status"]);

        await sandbox.DeleteAsync("/sandbox/faults");
        Assert.Equal("REVERTED", (await sandbox.SdkAsync("t", "revert"))["status"]);
    }

    [Fact]
    public async Task A_refund_whose_answer_is_lost_has_happened()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"t","webhook":false}""");
        await sandbox.FaultsAsync("""{"loseAnswers":1}""");

        await Assert.ThrowsAsync<HttpRequestException>(() => sandbox.SdkAsync("t", "revert"));

        Assert.Equal("REVERTED", (await sandbox.SdkAsync("t"))["status"]);
    }

    [Fact]
    public async Task Of_many_refunds_at_once_one_succeeds()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.CreateAsync("""{"transactionId":"t","webhook":false}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => sandbox.SdkAsync("t", "revert")));

        Assert.Single(answers, a => a["status"] == "REVERTED");
    }
}
