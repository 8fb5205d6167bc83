using System.Text;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Kkiapay;

public sealed class KkiapayWebhookTests
{
    private static readonly DateTimeOffset Performed = new(2024, 2, 24, 10, 30, 45, TimeSpan.Zero);

    [Fact]
    public void A_success_as_the_provider_documents_it_is_read_whole()
    {
        var webhook = Parse("""
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
              "stateData": { "orderId": "12345" }
            }
            """);

        Assert.Equal(WebhookEvent.TransactionSuccess, webhook.Event);
        Assert.Equal("transaction.success", webhook.EventName);
        Assert.Equal("txn_abc123456789", webhook.TransactionId);
        Assert.Equal(5000, webhook.Amount);
        Assert.Equal("partner_123", webhook.PartnerId);
        Assert.Equal("12345", webhook.StateData!.Value.GetProperty("orderId").GetString());
        Assert.Null(webhook.FailureCode);
        Assert.Equal(Performed, webhook.PerformedAt);
    }

    [Fact]
    public void A_failure_may_lack_account_amount_and_label()
    {
        var webhook = Parse("""
            {"event":"transaction.failed","transactionId":"txn_def456789012","isPaymentSucces":false,"method":"MOBILE_MONEY",
             "failureCode":"insufficient_fund","failureMessage":"Account has insufficient balance","performedAt":"2024-02-24T10:35:12Z"}
            """);

        Assert.Equal(WebhookEvent.TransactionFailed, webhook.Event);
        Assert.Equal("transaction.failed", webhook.EventName);
        Assert.Equal("insufficient_fund", webhook.FailureCode);
        Assert.Null(webhook.Amount);
        Assert.Null(webhook.PartnerId);
        Assert.Null(webhook.StateData);
    }

    [Fact]
    public void A_timeout_has_little_more_than_its_id()
    {
        var webhook = Parse("""{"event":"transaction.timeout","transactionId":"txn_ghi789012345","failureCode":"timeout","performedAt":"2024-02-24T10:40:00Z"}""");

        Assert.Equal(WebhookEvent.TransactionTimeout, webhook.Event);
        Assert.Equal("transaction.timeout", webhook.EventName);
        Assert.Equal("timeout", webhook.FailureCode);
    }

    [Fact]
    public void A_byte_order_mark_is_tolerated() =>
        Assert.Equal("t1", Parse([0xEF, 0xBB, 0xBF, .. """{"event":"transaction.success","transactionId":"t1"}"""u8]).TransactionId);

    [Theory]
    [InlineData("a")]
    [InlineData("3iH6wjHJ3")]
    [InlineData("A-b_9")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void An_id_of_the_known_form_is_kept_with_its_case(string id) => Assert.Equal(id, Parse(Body(id)).TransactionId);

    [Theory]
    [InlineData("")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("../a")]
    [InlineData("a\\n")]
    [InlineData("a\\u0000")]
    [InlineData("é")]
    [InlineData("a\\ud800")]
    [InlineData(" a")]
    [InlineData("١")]
    public void An_id_of_another_form_is_not_understood(string id) => Refuse(Body(id), "transactionId");

    [Theory]
    [InlineData("""{"event":"transaction.success"}""", "transactionId")]
    [InlineData("""{"event":"transaction.success","transactionId":null}""", "transactionId")]
    [InlineData("""{"event":"transaction.success","transactionId":12345}""", "transactionId")]
    [InlineData("""{"event":"transaction.success","transactionId":["t1"]}""", "transactionId")]
    [InlineData("""{"event":"transaction.success","TransactionId":"t1"}""", "transactionId")]
    [InlineData("""{"transactionId":"t1"}""", "event")]
    [InlineData("""{"transactionId":"t1","event":null}""", "event")]
    [InlineData("""{"transactionId":"t1","event":7}""", "event")]
    [InlineData("""{"transactionId":"t1","event":""}""", "event")]
    [InlineData("""{"transactionId":"t1","event":"payment.refunded"}""", "payment.refunded")]
    [InlineData("""{"transactionId":"t1","event":"Transaction.Success"}""", "Transaction.Success")]
    [InlineData("", "empty")]
    [InlineData(" ", "JSON")]
    [InlineData("[]", "object")]
    [InlineData("null", "object")]
    [InlineData("\"transaction.success\"", "object")]
    [InlineData("{", "JSON")]
    [InlineData("{}{}", "JSON")]
    [InlineData("""{"transactionId":"t1","event":"transaction.success",}""", "JSON")]
    [InlineData("""{"transactionId":"t1","event":"transaction.success"/**/}""", "JSON")]
    [InlineData("event=transaction.success&transactionId=t1", "JSON")]
    [InlineData("""{"transactionId":"t1","transactionId":"t2","event":"transaction.success"}""", "twice")]
    [InlineData("""{"transactionId":"t1","transaction\u0049d":"t2","event":"transaction.success"}""", "twice")]
    [InlineData("""{"transactionId":"t1","event":"transaction.success","stateData":{"a":1,"a":2}}""", "twice")]
    [InlineData("""{"transactionId":"t1","event":"transaction.success","x\ud800":1,"x\udc00":2}""", "twice")]
    public void What_is_not_understood_is_told_in_one_sentence(string body, string about) => Refuse(body, about);

    [Fact]
    public void Bytes_that_are_not_utf8_are_not_understood()
    {
        Assert.False(KkiapayWebhook.TryParse([.. """{"event":"transaction.success","transactionId":"t1","x":"""u8, (byte)'"', 0xFF, (byte)'"', (byte)'}'], out _, out var problem));
        Assert.Contains("UTF-8", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_event_is_quoted_on_one_line_and_shortened()
    {
        Assert.False(KkiapayWebhook.TryParse(
            Encoding.UTF8.GetBytes($$"""{"transactionId":"t1","event":"a\n\u0000b{{new string('x', 500)}}"}"""), out _, out var problem));
        Assert.DoesNotContain('\n', problem!);
        Assert.DoesNotContain('\0', problem!);
        Assert.True(problem!.Length < 120);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(5000, false)]
    public void Nesting_is_bounded(int depth, bool understood)
    {
        var inner = new string('[', depth - 1) + new string(']', depth - 1);
        var body = Encoding.UTF8.GetBytes($$"""{"event":"transaction.success","transactionId":"t1","x":{{inner}}}""");
        Assert.Equal(understood, KkiapayWebhook.TryParse(body, out _, out _));
    }

    [Theory]
    [InlineData("\"partnerId\":\"\"", null)]
    [InlineData("\"partnerId\":\" \"", null)]
    [InlineData("\"partnerId\":null", null)]
    [InlineData("\"partnerId\":{}", null)]
    [InlineData("\"partnerId\":42", "42")]
    [InlineData("\"partnerId\":\" a \"", " a ")]
    [InlineData("\"partnerId\":\"a\\u0000\\ud800b\"", "a\uFFFD\uFFFDb")]
    public void The_partner_id_is_kept_as_it_came_or_not_at_all(string field, string? expected) =>
        Assert.Equal(expected, Parse(With(field)).PartnerId);

    [Fact]
    public void A_reference_is_never_shortened_to_another_one()
    {
        Assert.Equal(new string('a', 200), Parse(With($"\"partnerId\":\"{new string('a', 200)}\"")).PartnerId);
        Assert.Null(Parse(With($"\"partnerId\":\"{new string('a', 201)}\"")).PartnerId);
    }

    [Fact]
    public void Unknown_fields_and_fields_of_another_type_harm_nothing()
    {
        var webhook = Parse(With("""
            "amount":{"value":5000},"fees":[],"performedAt":true,"failureCode":[1],"stateData":null,"later":{"x":[1,2,{"y":null}]}
            """));
        Assert.Equal("t1", webhook.TransactionId);
        Assert.Null(webhook.Amount);
        Assert.Null(webhook.PerformedAt);
        Assert.Null(webhook.FailureCode);
        Assert.Null(webhook.StateData);
    }

    [Fact]
    public void What_a_log_shows_of_a_webhook_holds_no_personal_data() =>
        Assert.DoesNotContain("ada@example.com", Parse(With("\"stateData\":{\"email\":\"ada@example.com\"}")).ToString(), StringComparison.Ordinal);

    private static string Body(string id) => $$"""{"event":"transaction.success","transactionId":"{{id}}"}""";

    private static string With(string fields) => $$"""{"event":"transaction.success","transactionId":"t1",{{fields}}}""";

    private static KkiapayWebhook Parse(string body) => Parse(Encoding.UTF8.GetBytes(body));

    private static KkiapayWebhook Parse(ReadOnlySpan<byte> body)
    {
        Assert.True(KkiapayWebhook.TryParse(body, out var webhook, out var problem), problem);
        Assert.Null(problem);
        return webhook;
    }

    private static void Refuse(string body, string about)
    {
        Assert.False(KkiapayWebhook.TryParse(Encoding.UTF8.GetBytes(body), out var webhook, out var problem));
        Assert.Null(webhook);
        Assert.Contains(about, problem, StringComparison.Ordinal);
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }
}
