using System.Net;
using KkiaEvents.Kkiapay;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Tests.Unit.Kkiapay;

public sealed class KkiapayClientTests
{
    private const string Id = Provider.Id;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(KkiapayEnvironment.Production, null, "https://api.kkiapay.me/v1/transactions/" + Id)]
    [InlineData(KkiapayEnvironment.Sandbox, null, "https://sandbox-api.kkiapay.me/v1/transactions/" + Id)]
    [InlineData(KkiapayEnvironment.Production, "http://localhost:5080", "http://localhost:5080/transactions/" + Id)]
    [InlineData(KkiapayEnvironment.Production, "http://localhost:5080/v1", "http://localhost:5080/v1/transactions/" + Id)]
    [InlineData(KkiapayEnvironment.Sandbox, "https://proxy.example/kk/v1/", "https://proxy.example/kk/v1/transactions/" + Id)]
    public async Task In_the_Rest_dialect_a_transaction_is_read_with_the_private_key_alone(
        KkiapayEnvironment environment, string? baseUrl, string expected)
    {
        var provider = Provider.Answering(Provider.Complete());
        await using var services = provider.Services(o =>
        {
            o.Environment = environment;
            o.PublicKey = "public-1";
            o.SecretKey = "secret-1";
            o.Dialect = KkiapayDialect.Rest;
            o.ApiBaseUrl = baseUrl is null ? null : new Uri(baseUrl);
        });

        var transaction = await services.GetRequiredService<IKkiapayClient>().VerifyAsync(Id, Stop);

        var sent = Assert.Single(provider.Requests);
        Assert.Equal(("GET", expected, ""), (sent.Method, sent.Address, sent.Body));
        Assert.Equal("private-1", sent.Headers["x-private-key"]);
        Assert.DoesNotContain("x-api-key", sent.Headers.Keys);
        Assert.DoesNotContain("x-secret-key", sent.Headers.Keys);
        Assert.Equal("application/json", sent.Headers["accept"]);
        Assert.Equal(TransactionStatus.Complete, transaction.Status);
        Assert.Equal(5000, transaction.Amount);
    }

    [Theory]
    [InlineData(KkiapayEnvironment.Production, null, "https://api.kkiapay.me/api/v1/transactions/status")]
    [InlineData(KkiapayEnvironment.Sandbox, null, "https://api-sandbox.kkiapay.me/api/v1/transactions/status")]
    [InlineData(KkiapayEnvironment.Sandbox, "http://localhost:5080/", "http://localhost:5080/api/v1/transactions/status")]
    [InlineData(KkiapayEnvironment.Sandbox, "http://localhost:5080/kk", "http://localhost:5080/kk/api/v1/transactions/status")]
    public async Task In_the_Sdk_dialect_a_transaction_is_asked_for_with_three_keys(
        KkiapayEnvironment environment, string? baseUrl, string expected)
    {
        var provider = Provider.Answering(Provider.Json($$"""{"transactionId":"{{Id}}","status":"SUCCESS","type":"DEBIT","amount":"5000"}"""));
        await using var services = provider.Services(o =>
        {
            o.Environment = environment;
            o.PublicKey = "public-1";
            o.SecretKey = "secret-1";
            o.ApiBaseUrl = baseUrl is null ? null : new Uri(baseUrl);
        });

        var transaction = await services.GetRequiredService<IKkiapayClient>().VerifyAsync(Id, Stop);

        var sent = Assert.Single(provider.Requests);
        Assert.Equal(("POST", expected), (sent.Method, sent.Address));
        Assert.Equal($$"""{"transactionId":"{{Id}}"}""", sent.Body);
        Assert.Equal("application/json", sent.ContentType);
        Assert.Equal("public-1", sent.Headers["x-api-key"]);
        Assert.Equal("private-1", sent.Headers["x-private-key"]);
        Assert.Equal("secret-1", sent.Headers["x-secret-key"]);
        Assert.Equal(TransactionStatus.Complete, transaction.Status);
    }

    [Theory]
    [InlineData("pub", "sec", KkiapayDialect.Auto, KkiapayDialect.Sdk)]
    [InlineData("pub", null, KkiapayDialect.Auto, KkiapayDialect.Rest)]
    [InlineData(null, "sec", KkiapayDialect.Auto, KkiapayDialect.Rest)]
    [InlineData("", "", KkiapayDialect.Auto, KkiapayDialect.Rest)]
    [InlineData("pub", "sec", KkiapayDialect.Rest, KkiapayDialect.Rest)]
    [InlineData("pub", "sec", KkiapayDialect.Sdk, KkiapayDialect.Sdk)]
    public void Auto_speaks_Sdk_when_all_three_keys_are_set(string? publicKey, string? secretKey, KkiapayDialect set, KkiapayDialect spoken) =>
        Assert.Equal(spoken, new KkiapayOptions { PrivateKey = "p", PublicKey = publicKey, SecretKey = secretKey, Dialect = set }.EffectiveDialect());

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Refused_keys_are_an_alarm_and_not_asked_again(int status)
    {
        var provider = Provider.Answering(Provider.Json("{\"status\":\"TRANSACTION_NOT_FOUND\"}", (HttpStatusCode)status));
        await using var services = provider.Services();

        var e = await Assert.ThrowsAsync<KkiapayAuthenticationException>(
            () => services.GetRequiredService<IKkiapayClient>().VerifyAsync(Id, Stop));

        Assert.Equal((status, Id), (e.StatusCode, e.TransactionId));
        Assert.Contains("default", e.Message, StringComparison.Ordinal);
        Assert.Single(provider.Requests);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    [InlineData(304)]
    public async Task A_redirect_is_an_error_that_is_not_asked_again(int status)
    {
        var provider = Provider.Answering(Provider.Status(status));
        await using var services = provider.Services();

        var e = await Assert.ThrowsAsync<KkiapayProtocolException>(
            () => services.GetRequiredService<IKkiapayClient>().VerifyAsync(Id, Stop));

        Assert.Contains("ApiBaseUrl", e.Message, StringComparison.Ordinal);
        Assert.Single(provider.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/../b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    public async Task An_id_of_another_form_is_never_sent(string id)
    {
        var provider = Provider.Answering(Provider.Complete());
        await using var services = provider.Services();
        var client = services.GetRequiredService<IKkiapayClient>();

        await Assert.ThrowsAsync<ArgumentException>(() => client.VerifyAsync(id, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => client.RefundAsync(id, "why", Stop));
        await Assert.ThrowsAsync<ArgumentNullException>(() => client.VerifyAsync(null!, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => client.RefundAsync(Id, " ", Stop));
        Assert.Empty(provider.Requests);
    }

    [Fact]
    public async Task A_refund_in_the_Rest_dialect_carries_its_reason()
    {
        var provider = Provider.Answering(Provider.Json($$"""{"transactionId":"{{Id}}","status":"REFUNDED"}"""));
        await using var services = provider.Services();

        var refund = await services.GetRequiredService<IKkiapayClient>().RefundAsync(Id, "Sold \"out\"", Stop);

        var sent = Assert.Single(provider.Requests);
        Assert.Equal(("POST", $"https://api.kkiapay.me/v1/transactions/{Id}/refund"), (sent.Method, sent.Address));
        Assert.Equal("""{"reason":"Sold \u0022out\u0022"}""", sent.Body);
        Assert.Equal(RefundResult.Refunded, refund.Result);
    }

    [Fact]
    public async Task A_refund_in_the_Sdk_dialect_reverts_the_transaction()
    {
        var provider = Provider.Answering(Provider.Json("{\"status\":\"TRANSACTION_NOT_ELIGIBLE\"}", HttpStatusCode.BadRequest));
        await using var services = provider.Services(o =>
        {
            o.PublicKey = "public-1";
            o.SecretKey = "secret-1";
        });

        var refund = await services.GetRequiredService<IKkiapayClient>().RefundAsync(Id, "why", Stop);

        var sent = Assert.Single(provider.Requests);
        Assert.Equal(("POST", "https://api.kkiapay.me/api/v1/transactions/revert"), (sent.Method, sent.Address));
        Assert.Equal($$"""{"transactionId":"{{Id}}"}""", sent.Body);
        Assert.Equal(RefundResult.NotEligible, refund.Result);
    }

    [Fact]
    public async Task Neither_keys_nor_addresses_are_logged()
    {
        var provider = Provider.Answering(Provider.Status(500), Provider.Status(503), Provider.Status(503));
        var clock = new ImpatientClock();
        await using var services = provider.Services(o =>
        {
            o.PublicKey = "public-1";
            o.SecretKey = "secret-1";
        }, clock);

        var e = await Assert.ThrowsAsync<KkiapayUnavailableException>(
            () => clock.Until(services.GetRequiredService<IKkiapayClient>().VerifyAsync(Id, Stop)));

        Assert.All(provider.Logged.Append(e.ToString()), line => Assert.DoesNotMatch("private-1|public-1|secret-1|https://", line));
    }

    [Fact]
    public void What_a_log_shows_of_options_holds_no_key()
    {
        var options = new KkiapayOptions { PrivateKey = "private-1", PublicKey = "public-1", SecretKey = "secret-1" };
        Assert.DoesNotMatch("private-1|public-1|secret-1", options.ToString());
    }
}
