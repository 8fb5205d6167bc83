using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration;

/// <summary>An installation that asks KKiaPay in the REST dialect.</summary>
public sealed class RestDialect(Services services) : Installation(services)
{
    protected override IReadOnlyList<string> Settings => ["--Kkiapay:Merchants:default:Dialect=Rest"];
}

/// <summary>The bodies as KKiaPay's own documentation prints them, signed as its Node code signs: HMAC-SHA256 in hex over <c>JSON.stringify</c> of the parsed body.</summary>
public class SeedDocumentTests(RestDialect system) : IClassFixture<RestDialect>
{
    private const string Success =
        """
        {
        "event": "transaction.success",
        "transactionId": "txn_abc123456789",
        "isPaymentSucces": true,
        "method": "MOBILE_MONEY",
        "account": "+22967434270",
        "amount": 5000,
        "fees": 25,
        "label": "Product Purchase",
        "partnerId": "partner_123",
        "performedAt": "2024-02-24T10:30:45Z",
        "stateData": {}
        }
        """;

    private const string Failed =
        """
        {
        "event": "transaction.failed",
        "transactionId": "txn_def456789012",
        "isPaymentSucces": false,
        "method": "MOBILE_MONEY",
        "failureCode": "insufficient_fund",
        "failureMessage": "Account has insufficient balance",
        "performedAt": "2024-02-24T10:35:12Z"
        }
        """;

    private const string TimedOut =
        """
        {
        "event": "transaction.timeout",
        "transactionId": "txn_ghi789012345",
        "failureCode": "timeout",
        "performedAt": "2024-02-24T10:40:00Z"
        }
        """;

    [Fact]
    public async Task A_success_comes_out_as_one_OrderPaid_though_it_is_sent_twice()
    {
        await system.Provider.PayAsync(new { transactionId = "txn_abc123456789", amount = 5000, fees = 25, phone = "+22967434270", partnerId = "partner_123" });
        await TakenAsync(Success);
        await TakenAsync(Success);
        var paid = await system.Outcomes.WaitForAsync("txn_abc123456789");
        Assert.Equal(("partner_123", 5000L, 25L), (paid.Text("orderId"), paid.Amount, paid.Message.GetProperty("fees").GetInt64()));
        await system.SettledAsync();
        Assert.Single(system.Outcomes.Of("txn_abc123456789"));
    }

    [Fact]
    public async Task A_failure_comes_out_as_OrderPaymentFailed()
    {
        await system.Provider.PayAsync(new { transactionId = "txn_def456789012", outcome = "failed", failureCode = "insufficient_fund" });
        await TakenAsync(Failed);
        Assert.Equal("insufficient_fund", (await system.Outcomes.WaitForAsync("txn_def456789012", "OrderPaymentFailed")).Text("failureCode"));
    }

    [Fact]
    public async Task A_timeout_comes_out_as_OrderPaymentFailed()
    {
        await system.Provider.PayAsync(new { transactionId = "txn_ghi789012345", outcome = "failed", failureCode = "timeout" });
        await TakenAsync(TimedOut);
        Assert.Equal("timeout", (await system.Outcomes.WaitForAsync("txn_ghi789012345", "OrderPaymentFailed")).Text("failureCode"));
    }

    [Fact]
    public async Task A_wrong_signature_is_refused_and_reaches_nobody()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        using var refused = await system.PostAsync(Installation.Body(id), signature: SignedAsNodeDoes(Installation.Body(id), "another secret"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        await system.SettledAsync();
        Assert.Empty(system.Outcomes.Of(id));
        Assert.Equal(0L, await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{id}'"));
    }

    private async Task TakenAsync(string body) =>
        await Condition.HoldsAsync("the webhook is taken", async () =>
        {
            using var response = await system.PostAsync(body, SignedAsNodeDoes(body, Installation.Secret));
            return response.StatusCode == HttpStatusCode.OK && await response.Content.ReadAsStringAsync() == """{"received":true}""";
        });

    // These bodies need no more than their white space taken out to be what JSON.stringify makes of them.
    private static string SignedAsNodeDoes(string body, string secret) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(JsonSerializer.Serialize(JsonElement.Parse(body), Unescaped))));

    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
