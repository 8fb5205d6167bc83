using System.Text;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Kkiapay;

public sealed class TransactionReaderTests
{
    private const string Id = "txn_abc123456789";

    [Fact]
    public void An_answer_in_the_words_of_the_Rest_dialect_is_read_whole()
    {
        var t = Read("""
            "transactionId":"txn_abc123456789","status":"COMPLETE","isPaymentSucces":true,"method":"MOBILE_MONEY","account":"+22967434270",
            "amount":5000,"fees":25,"label":"Product Purchase","partnerId":"partner_123","performedAt":"2024-02-24T10:30:45Z",
            "stateData":{"orderId":"12345"}
            """);

        Assert.Equal(Id, t.TransactionId);
        Assert.Equal(5000, t.Amount);
        Assert.Equal(25, t.Fees);
        Assert.Equal(4975, t.Net);
        Assert.Null(t.CustomerBearsFees);
        Assert.Null(t.Type);
        Assert.Equal("MOBILE_MONEY", t.Method);
        Assert.Null(t.Operator);
        Assert.Equal("+22967434270", t.Phone);
        Assert.Equal("partner_123", t.PartnerId);
        Assert.Equal("12345", t.StateData!.Value.GetProperty("orderId").GetString());
        Assert.Equal(new DateTimeOffset(2024, 2, 24, 10, 30, 45, TimeSpan.Zero), t.PerformedAt);
        Assert.Contains("Product Purchase", t.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_in_the_words_of_the_Sdk_dialect_is_read_whole()
    {
        var t = Read("""
            "performed_at":"2024-03-20T08:55:22.883Z","received_at":"2024-03-20T08:55:23.001Z","type":"DEBIT","status":"SUCCESS",
            "source":"MOBILE_MONEY","source_common_name":"mtn-benin","amount":"5000","fees":"95","income":4905,"reason":"T-shirt",
            "failureCode":null,"failureMessage":null,"state":"{\"orderId\":\"A-7\"}","partnerId":"","feeSupportedBy":"merchant",
            "transactionId":"txn_abc123456789","client":{"fullname":"Ada Doe","phone":"22967434270","email":"ada@example.com"}
            """, dialect: KkiapayDialect.Sdk);

        Assert.Equal(TransactionStatus.Complete, t.Status);
        Assert.Equal(5000, t.Amount);
        Assert.Equal(95, t.Fees);
        Assert.Equal(4905, t.Net);
        Assert.False(t.CustomerBearsFees);
        Assert.Equal("DEBIT", t.Type);
        Assert.Equal("MOBILE_MONEY", t.Method);
        Assert.Equal("mtn", t.Operator);
        Assert.Equal("+22967434270", t.Phone);
        Assert.Equal("Ada Doe", t.Name);
        Assert.Equal("ada@example.com", t.Email);
        Assert.Null(t.PartnerId);
        Assert.Null(t.FailureCode);
        Assert.Equal("A-7", t.StateData!.Value.GetProperty("orderId").GetString());
    }

    [Theory]
    [InlineData("\"amount\":5000,\"fees\":25", 4975L)]
    [InlineData("\"amount\":5000,\"fees\":25,\"feeSupportedBy\":\"customer\"", 5000L)]
    [InlineData("\"amount\":5000,\"feeSupportedBy\":\"CUSTOMER\"", 5000L)]
    [InlineData("\"amount\":5000,\"fees\":25,\"feeSupportedBy\":\"thirdparty\"", 5000L)]
    [InlineData("\"amount\":5000,\"fees\":25,\"feeSupportedBy\":\"merchant\"", 4975L)]
    [InlineData("\"amount\":5000,\"fees\":25,\"feeSupportedBy\":\"\"", 4975L)]
    [InlineData("\"amount\":5000,\"fees\":25,\"feeSupportedBy\":\"somebody\"", null)]
    [InlineData("\"amount\":5000,\"fees\":25,\"isFeesBorneByMerchant\":true", 4975L)]
    [InlineData("\"amount\":5000,\"fees\":25,\"isFeesBorneByMerchant\":false", 5000L)]
    [InlineData("\"amount\":40,\"fees\":1,\"feeSupportedBy\":\"customer\",\"income\":40", 40L)]
    [InlineData("\"amount\":5000,\"fees\":25,\"income\":4970,\"net\":4960", 4970L)]
    [InlineData("\"amount\":5000,\"fees\":25,\"income\":\"\",\"net\":\"\"", 4975L)]
    [InlineData("\"amount\":5000,\"fees\":25,\"income\":4970", 4970L)]
    [InlineData("\"amount\":5000,\"fees\":25,\"net\":4971", 4971L)]
    [InlineData("\"amount\":5000,\"fees\":25,\"income\":4970.5", null)]
    [InlineData("\"amount\":5000", null)]
    [InlineData("\"amount\":5000,\"fees\":0.5", null)]
    [InlineData("\"amount\":20,\"fees\":25", null)]
    [InlineData("\"fees\":25", null)]
    public void Net_is_what_the_merchant_is_credited(string fields, long? expected) =>
        Assert.Equal(expected, Read($"\"transactionId\":\"{Id}\",\"status\":\"PENDING\",{fields}").Net);

    [Theory]
    [InlineData("\"type\":\"CREDIT\"", "CREDIT")]
    [InlineData("\"type\":\"debit\"", "debit")]
    [InlineData("\"type\":7", "7")]
    [InlineData("\"type\":{}", "{}")]
    [InlineData("\"type\":\"\"", null)]
    [InlineData("\"type\":null", null)]
    public void An_odd_type_is_never_mistaken_for_none(string field, string? expected) =>
        Assert.Equal(expected, Read($"\"status\":\"SUCCESS\",\"amount\":1,{field}").Type);

    [Theory]
    [InlineData("mtn-benin", "mtn")]
    [InlineData("MOOV", "moov")]
    [InlineData("Orange Money", "orange")]
    [InlineData("free_money", "freemoney")]
    [InlineData("T-Money", "tmoney")]
    [InlineData("Celtiis Cash", "celtiis")]
    [InlineData("Coris Money", "coris money")]
    [InlineData("VISA", "visa")]
    public void Operators_have_one_name_each(string came, string expected) =>
        Assert.Equal(expected, Read($"\"status\":\"SUCCESS\",\"amount\":1,\"source_common_name\":\"{came}\"").Operator);

    [Theory]
    [InlineData("mtn-benin", "mtn", "BJ")]
    [InlineData("mtn-ci", "mtn", "CI")]
    [InlineData("moov-benin", "moov", "BJ")]
    [InlineData("moov-ci", "moov", "CI")]
    [InlineData("moov-tg", "moov", "TG")]
    [InlineData("orange-ci", "orange", "CI")]
    [InlineData("orange-sn", "orange", "SN")]
    [InlineData("free-sn", "freemoney", "SN")]
    [InlineData("tmoney-tg", "tmoney", "TG")]
    [InlineData("celtiis-bj", "celtiis", "BJ")]
    [InlineData("airtel-ne", "airtel", "NE")]
    [InlineData("MTN-Côte d'Ivoire", "mtn", "CI")]
    [InlineData("somebody-new-tg", "somebody-new-tg", null)]
    [InlineData("verve", "verve", null)]
    [InlineData("idmoney", "idmoney", null)]
    [InlineData("Coris Money", "coris money", null)]
    [InlineData("T-Money", "tmoney", null)]
    [InlineData("-bj", "-bj", null)]
    [InlineData("", null, null)]
    public void An_operators_name_tells_its_country_as_well(string came, string? name, string? country)
    {
        var t = Read($"\"status\":\"SUCCESS\",\"amount\":1,\"source_common_name\":\"{came}\"");
        Assert.Equal((name, country), (t.Operator, t.Country));
    }

    [Theory]
    [InlineData("\"country\":\"BJ\"", "BJ")]
    [InlineData("\"country\":\"Togo\"", "TG")]
    [InlineData("\"country\":\"TG\",\"source_common_name\":\"mtn-benin\"", "BJ")]
    [InlineData("\"country\":\"\"", null)]
    [InlineData("\"country\":\"somewhere\"", null)]
    public void Where_the_operator_names_no_country_the_answers_own_counts(string fields, string? expected) =>
        Assert.Equal(expected, Read($"\"status\":\"SUCCESS\",\"amount\":1,{fields}").Country);

    [Fact]
    public void An_answer_as_it_was_seen_in_the_field_is_read_whole()
    {
        const string body = """
            {"performed_at":"2026-07-13T06:34:50.276Z","type":"DEBIT","status":"REVERTED","source":"MOBILE_MONEY","source_common_name":"mtn-benin",
            "amount":25350,"fees":254,"reason":"payment of 25350 XOF to a shop","failureCode":"","failureMessage":"","state":null,"partnerId":"",
            "feeSupportedBy":"merchant","income":25096,"transactionId":"6516521598463777","performedAt":"13/07/2026","externalTransactionId":"x-1",
            "is_payout":false,"client":{"fullname":"Anonymous customer","phone":"2290167329510","email":""}}
            """;
        var t = TransactionReader.Read(new ProviderAnswer("6516521598463777", 200, Encoding.UTF8.GetBytes(body)), KkiapayDialect.Sdk);

        Assert.Equal((TransactionStatus.Refunded, "REVERTED", "6516521598463777"), (t.Status, t.ProviderStatus, t.TransactionId));
        Assert.Equal((25350L, 254L, 25096L, false), (t.Amount, t.Fees, t.Net, t.CustomerBearsFees));
        Assert.Equal(("MOBILE_MONEY", "mtn", "BJ", "+2290167329510"), (t.Method, t.Operator, t.Country, t.Phone));
        Assert.Equal(new DateTimeOffset(2026, 7, 13, 6, 34, 50, 276, TimeSpan.Zero), t.PerformedAt);
        Assert.Equal((null, null, null, null, null), (t.FailureCode, t.FailureMessage, t.StateData, t.PartnerId, t.Email));
        Assert.Contains("externalTransactionId", t.Raw, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"performedAt\":\"13/07/2026\"", "2026-07-13T00:00:00.0000000+00:00")]
    [InlineData("\"performedAt\":\"13/07/2026\",\"performed_at\":\"2026-07-13T06:34:50Z\"", "2026-07-13T06:34:50.0000000+00:00")]
    [InlineData("\"performedAt\":\"2026-07-13T06:34:50Z\",\"performed_at\":\"13/07/2026\"", "2026-07-13T06:34:50.0000000+00:00")]
    [InlineData("\"performedAt\":\"\",\"performed_at\":\"13/07/2026\"", "2026-07-13T00:00:00.0000000+00:00")]
    public void A_time_of_day_wins_over_a_day_and_a_day_alone_is_its_midnight(string fields, string expected)
    {
        Assert.Equal(expected, Read($"\"status\":\"SUCCESS\",\"amount\":1,{fields}").PerformedAt?.ToString("O"));
        Assert.True(KkiapayWebhook.TryParse(Encoding.UTF8.GetBytes($"{{\"event\":\"transaction.success\",\"transactionId\":\"t\",{fields}}}"), out var webhook, out _));
        Assert.Equal(expected, webhook.PerformedAt?.ToString("O"));
    }

    [Fact]
    public void A_bare_state_is_the_shops_data_and_a_bank_account_is_a_method()
    {
        var t = Read("\"status\":\"SUCCESS\",\"amount\":1,\"state\":\"order-7\",\"source\":\"BANK_ACCOUNT\"");
        Assert.Equal(("order-7", "BANK_ACCOUNT"), (t.StateData!.Value.GetString(), t.Method));
    }

    [Fact]
    public void A_card_number_is_no_phone() =>
        Assert.Null(Read("\"status\":\"SUCCESS\",\"amount\":1,\"method\":\"CARD\",\"account\":\"411111******1111\"").Phone);

    [Theory]
    [InlineData("{\"transactionId\":\"txn_other\",\"status\":\"COMPLETE\",\"amount\":5000}")]
    [InlineData("{\"transactionId\":\"TXN_ABC123456789\",\"status\":\"COMPLETE\",\"amount\":5000}")]
    [InlineData("{\"transactionId\":7,\"status\":\"COMPLETE\",\"amount\":5000}")]
    [InlineData("{\"transactionId\":{},\"status\":\"PENDING\"}")]
    [InlineData("{\"status\":\"SUCCESS\"}")]
    [InlineData("{\"status\":\"FAILED\",\"message\":\"Internal error\"}")]
    [InlineData("{\"isPaymentSucces\":true}")]
    [InlineData("{\"status\":\"COMPLETE\",\"status\":\"FAILED\",\"amount\":1}")]
    [InlineData("[{\"status\":\"COMPLETE\"}]")]
    [InlineData("\"COMPLETE\"")]
    [InlineData("{\"status\":\"COMPLETE\"")]
    [InlineData("<html></html>")]
    [InlineData("")]
    [InlineData("null")]
    public void An_answer_that_is_not_one_about_this_transaction_is_an_error(string body) =>
        Assert.Throws<KkiapayProtocolException>(() => ReadRaw(body, 200, KkiapayDialect.Rest));

    [Theory]
    [InlineData(400, "{\"status\":\"TRANSACTION_NOT_FOUND\"}", TransactionStatus.NotFound)]
    [InlineData(404, "{\"reason\":\"TRANSACTION_NOT_FOUND\"}", TransactionStatus.NotFound)]
    [InlineData(404, "{\"status\":404,\"reason\":\"INVALID_TRANSACTION\"}", TransactionStatus.NotYours)]
    [InlineData(400, "{\"status\":4003,\"reason\":\"Transaction Not Found\"}", TransactionStatus.NotFound)]
    [InlineData(400, "{\"status\":\"4003\",\"reason\":\"transaction not found\"}", TransactionStatus.NotFound)]
    [InlineData(404, "{\"status\":4003,\"reason\":\"Transaction Not Found\"}", TransactionStatus.NotFound)]
    [InlineData(200, "{\"status\":4003,\"reason\":\"Transaction Not Found\"}", TransactionStatus.NotFound)]
    [InlineData(400, "{\"code\":\"TRANSACTION_NOT_FOUND\"}", TransactionStatus.NotFound)]
    [InlineData(422, "{\"status\":\"INVALID_TRANSACTION_TYPE\",\"transactionId\":\"txn_abc123456789\"}", TransactionStatus.NotAPayment)]
    public void A_refusal_in_the_providers_words_is_an_answer_in_both_dialects(int http, string body, TransactionStatus expected)
    {
        foreach (var dialect in new[] { KkiapayDialect.Rest, KkiapayDialect.Sdk })
            Assert.Equal(expected, ReadRaw(body, http, dialect).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"message\":\"No such thing\"}")]
    [InlineData("Not found")]
    [InlineData("\u0000")]
    public void A_plain_404_means_unknown_in_the_Rest_dialect_only(string body)
    {
        var unknown = ReadRaw(body, 404, KkiapayDialect.Rest);
        Assert.Equal(TransactionStatus.NotFound, unknown.Status);
        Assert.Equal("404", unknown.ProviderStatus);
        Assert.DoesNotContain('\0', unknown.Raw);
        Assert.Throws<KkiapayProtocolException>(() => ReadRaw(body, 404, KkiapayDialect.Sdk));
    }

    [Theory]
    [InlineData(404, "<!DOCTYPE html><h1>Not Found</h1>")]
    [InlineData(404, " \n<html>")]
    [InlineData(404, "{\"transactionId\":\"txn_other\"}")]
    [InlineData(400, "")]
    [InlineData(400, "{\"status\":\"FAILED\"}")]
    [InlineData(400, "{\"status\":4000,\"reason\":\"Bad request\"}")]
    [InlineData(400, "{\"status\":4003}")]
    [InlineData(400, "{\"status\":\"COMPLETE\",\"transactionId\":\"txn_abc123456789\",\"amount\":5000}")]
    [InlineData(409, "{\"status\":\"SUCCESS\",\"amount\":5000}")]
    [InlineData(405, "{}")]
    public void Any_other_refusal_says_nothing_about_the_payment(int http, string body) =>
        Assert.Throws<KkiapayProtocolException>(() => ReadRaw(body, http, KkiapayDialect.Rest));

    [Fact]
    public void What_a_log_shows_of_a_transaction_holds_no_personal_data()
    {
        var text = Read("\"status\":\"SUCCESS\",\"amount\":1,\"client\":{\"fullname\":\"Ada Doe\",\"phone\":\"22967434270\"}").ToString();
        Assert.DoesNotContain("Ada", text, StringComparison.Ordinal);
        Assert.DoesNotContain("67434270", text, StringComparison.Ordinal);
    }

    private static KkiapayTransaction Read(string fields, KkiapayDialect dialect = KkiapayDialect.Rest) =>
        ReadRaw($"{{{fields}}}", 200, dialect);

    private static KkiapayTransaction ReadRaw(string body, int http, KkiapayDialect dialect) =>
        TransactionReader.Read(new ProviderAnswer(Id, http, Encoding.UTF8.GetBytes(body)), dialect);
}
