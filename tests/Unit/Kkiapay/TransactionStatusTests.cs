using System.Text;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Kkiapay;

public sealed class TransactionStatusTests
{
    private const string Id = "txn_abc123456789";

    public static TheoryData<string, TransactionStatus> Words => new()
    {
        { "COMPLETE", TransactionStatus.Complete }, { "SUCCESS", TransactionStatus.Complete },
        { "FAILED", TransactionStatus.Failed }, { "INSUFFICIENT_FUND", TransactionStatus.Failed },
        { "PENDING", TransactionStatus.Pending }, { "CANCELLED", TransactionStatus.Cancelled },
        { "REFUNDED", TransactionStatus.Refunded }, { "REVERTED", TransactionStatus.Refunded },
        { "TRANSACTION_NOT_FOUND", TransactionStatus.NotFound }, { "INVALID_TRANSACTION", TransactionStatus.NotYours },
        { "INVALID_TRANSACTION_TYPE", TransactionStatus.NotAPayment },
        { "TRANSACTION_NOT_ELIGIBLE", TransactionStatus.Pending }, { "PROCESSING", TransactionStatus.Pending },
        { "COMPLETED", TransactionStatus.Pending }, { "SUCCES", TransactionStatus.Pending }, { "complete", TransactionStatus.Complete },
        { " Success ", TransactionStatus.Complete }, { "0", TransactionStatus.Pending },
    };

    [Theory]
    [MemberData(nameof(Words))]
    public void Each_word_means_the_same_in_both_dialects_and_is_kept(string word, TransactionStatus expected)
    {
        foreach (var dialect in new[] { KkiapayDialect.Rest, KkiapayDialect.Sdk })
        {
            var transaction = Read($"\"status\":\"{word}\",\"amount\":5000", dialect: dialect);
            Assert.Equal(expected, transaction.Status);
            Assert.Equal(word, transaction.ProviderStatus);
        }
    }

    [Theory]
    [InlineData("\"status\":\"COMPLETE\",\"isPaymentSucces\":true", TransactionStatus.Complete)]
    [InlineData("\"status\":\"COMPLETE\",\"isPaymentSucces\":null", TransactionStatus.Complete)]
    [InlineData("\"status\":\"COMPLETE\",\"isPaymentSucces\":false", TransactionStatus.Pending)]
    [InlineData("\"status\":\"SUCCESS\",\"isPaymentSucces\":\"false\"", TransactionStatus.Pending)]
    [InlineData("\"status\":\"FAILED\",\"isPaymentSucces\":false", TransactionStatus.Failed)]
    [InlineData("\"status\":\"FAILED\",\"isPaymentSucces\":true", TransactionStatus.Pending)]
    [InlineData("\"status\":\"CANCELLED\",\"isPaymentSucces\":true", TransactionStatus.Pending)]
    [InlineData("\"status\":\"PENDING\",\"isPaymentSucces\":true", TransactionStatus.Pending)]
    [InlineData("\"status\":\"UNHEARD_OF\",\"isPaymentSucces\":true", TransactionStatus.Pending)]
    [InlineData("\"status\":\"UNHEARD_OF\",\"isPaymentSucces\":false,\"failureCode\":\"timeout\"", TransactionStatus.Pending)]
    [InlineData("\"status\":\"REFUNDED\",\"isPaymentSucces\":true", TransactionStatus.Refunded)]
    [InlineData("\"status\":\"REFUNDED\",\"isPaymentSucces\":false", TransactionStatus.Refunded)]
    [InlineData("\"status\":\"TRANSACTION_NOT_FOUND\",\"isPaymentSucces\":true", TransactionStatus.Pending)]
    [InlineData("\"isPaymentSucces\":true", TransactionStatus.Complete)]
    [InlineData("\"isPaymentSucces\":\"true\"", TransactionStatus.Complete)]
    [InlineData("\"isPaymentSuccess\":true", TransactionStatus.Complete)]
    [InlineData("\"isPaymentSucces\":true,\"failureCode\":\"timeout\"", TransactionStatus.Pending)]
    [InlineData("\"isPaymentSucces\":true,\"failureCode\":\"\"", TransactionStatus.Complete)]
    [InlineData("\"isPaymentSucces\":false,\"failureCode\":\"timeout\"", TransactionStatus.Failed)]
    [InlineData("\"isPaymentSucces\":false", TransactionStatus.Pending)]
    [InlineData("\"isPaymentSucces\":1", TransactionStatus.Pending)]
    [InlineData("\"failureCode\":\"timeout\"", TransactionStatus.Pending)]
    [InlineData("\"status\":null", TransactionStatus.Pending)]
    [InlineData("\"status\":\"\"", TransactionStatus.Pending)]
    [InlineData("\"status\":200", TransactionStatus.Pending)]
    [InlineData("\"status\":{\"code\":\"COMPLETE\"}", TransactionStatus.Pending)]
    [InlineData("\"Status\":\"COMPLETE\"", TransactionStatus.Pending)]
    [InlineData("\"reason\":\"TRANSACTION_NOT_FOUND\"", TransactionStatus.NotFound)]
    [InlineData("\"reason\":\"INVALID_TRANSACTION\"", TransactionStatus.NotYours)]
    [InlineData("\"reason\":\"SUCCESS\"", TransactionStatus.Pending)]
    [InlineData("\"status\":\"SUCCESS\",\"reason\":\"TRANSACTION_NOT_FOUND\"", TransactionStatus.Complete)]
    [InlineData("\"status\":\"PENDING\",\"reason\":\"COMPLETE\"", TransactionStatus.Pending)]
    public void The_status_is_what_the_answer_says_without_contradiction(string fields, TransactionStatus expected) =>
        Assert.Equal(expected, Read($"\"transactionId\":\"{Id}\",\"amount\":5000,{fields}").Status);

    [Theory]
    [InlineData("\"isPaymentSucces\":true", "isPaymentSucces:true")]
    [InlineData("\"isPaymentSucces\":false", "isPaymentSucces:false")]
    [InlineData("\"x\":1", "")]
    [InlineData("\"status\":200", "200")]
    public void Where_no_word_came_what_stood_in_for_it_is_kept(string fields, string expected) =>
        Assert.Equal(expected, Read($"\"transactionId\":\"{Id}\",{fields}").ProviderStatus);

    private static KkiapayTransaction Read(string fields, KkiapayDialect dialect = KkiapayDialect.Rest) =>
        TransactionReader.Read(new ProviderAnswer(Id, 200, Encoding.UTF8.GetBytes($"{{{fields}}}")), dialect);
}
