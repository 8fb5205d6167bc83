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
    [InlineData(422, "{\"status\":\"INVALID_TRANSACTION_TYPE\",\"transactionId\":\"txn_abc123456789\"}", TransactionStatus.NotAPayment)]
    public void A_refusal_in_the_providers_words_is_an_answer_in_both_dialects(int http, string body, TransactionStatus expected)
    {
        foreach (var dialect in new[] { KkiapayDialect.Rest, KkiapayDialect.Sdk })
            Assert.Equal(expected, ReadRaw(body, http, dialect).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"message\":\"Transaction not found\"}")]
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
