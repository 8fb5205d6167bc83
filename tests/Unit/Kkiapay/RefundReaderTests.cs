using System.Text;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Kkiapay;

public sealed class RefundReaderTests
{
    [Theory]
    [InlineData(200, "{\"status\":\"REFUNDED\"}", RefundResult.Refunded)]
    [InlineData(200, "{\"status\":\"REVERTED\",\"transactionId\":\"t1\"}", RefundResult.Refunded)]
    [InlineData(201, "{\"status\":\"SUCCESS\"}", RefundResult.Refunded)]
    [InlineData(200, "{\"status\":\"TRANSACTION_NOT_ELIGIBLE\"}", RefundResult.NotEligible)]
    [InlineData(400, "{\"status\":\"TRANSACTION_NOT_ELIGIBLE\"}", RefundResult.NotEligible)]
    [InlineData(400, "{\"status\":400,\"reason\":\"TRANSACTION_NOT_ELIGIBLE\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"status\":\"INSUFFICIENT_FUND\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"status\":\"INVALID_TRANSACTION\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"status\":\"FAILED\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"code\":\"FAILED\",\"description\":\"NOT_REVERTED\",\"transactionId\":\"t1\"}", RefundResult.NotEligible)]
    [InlineData(400, "{\"code\":\"FAILED\",\"description\":\"NOT_REVERTED\",\"transactionId\":\"t1\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"code\":\"TRANSACTION_NOT_ELIGIBLE\",\"description\":\"this transaction is already reverted or not eligible\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"status\":200,\"code\":\"TRANSACTION_NOT_ELIGIBLE\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"status\":\"\",\"code\":\"REVERTED\"}", RefundResult.Refunded)]
    [InlineData(200, "{\"reason\":\"NOT_REVERTED\"}", RefundResult.NotEligible)]
    [InlineData(400, "{\"status\":4003,\"reason\":\"Transaction Not Found\"}", RefundResult.NotFound)]
    [InlineData(409, "", RefundResult.NotEligible)]
    [InlineData(422, "{\"message\":\"A card payment\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"reason\":\"TRANSACTION_NOT_FOUND\"}", RefundResult.NotFound)]
    [InlineData(404, "", RefundResult.NotFound)]
    [InlineData(404, "{\"message\":\"No such transaction\"}", RefundResult.NotFound)]
    [InlineData(200, "{\"data\":{\"code\":\"FAILED\",\"description\":\"NOT_REVERTED\"}}", RefundResult.NotEligible)]
    [InlineData(200, "{\"data\":{\"code\":\"REVERTED\",\"transactionId\":\"t1\"}}", RefundResult.Refunded)]
    [InlineData(200, "{\"status\":\"success\",\"data\":{\"code\":\"TRANSACTION_NOT_ELIGIBLE\"}}", RefundResult.NotEligible)]
    [InlineData(400, "{\"error\":{\"code\":\"TRANSACTION_NOT_ELIGIBLE\",\"description\":\"this transaction is not eligible\"}}", RefundResult.NotEligible)]
    [InlineData(200, "[{\"code\":\"FAILED\",\"description\":\"NOT_REVERTED\",\"transactionId\":\"t1\"}]", RefundResult.NotEligible)]
    [InlineData(200, "[{\"status\":\"REVERTED\",\"transactionId\":\"t1\"}]", RefundResult.Refunded)]
    [InlineData(200, "{\"code\":\"transaction_not_eligible\",\"description\":\"...\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"code\":\"failed\",\"description\":\"not_reverted\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"code\":\"Transaction not eligible\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"code\":\"NOT-REVERTED\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"status\":200,\"description\":\"NOT_REVERTED\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"code\":4005,\"description\":\"This transaction is not eligible for a refund\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"description\":\"this transaction is already reverted or not eligible\"}", RefundResult.NotEligible)]
    [InlineData(400, "{\"description\":\"Cette transaction n'est pas éligible au remboursement\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"message\":\"Solde insuffisant pour effectuer le remboursement\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"message\":\"Insufficient balance\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"message\":\"Le remboursement a échoué\"}", RefundResult.NotEligible)]
    [InlineData(400, "{\"statusCode\":400,\"message\":\"Bad request\",\"error\":\"cards can't do this\"}", RefundResult.NotEligible)]
    [InlineData(400, "{\"code\":\"SOMETHING_NEW\",\"description\":\"whatever\"}", RefundResult.NotEligible)]
    [InlineData(200, "{\"message\":\"Transaction successfully reverted\"}", RefundResult.Refunded)]
    [InlineData(200, "{\"description\":\"Remboursement effectué avec succès\"}", RefundResult.Refunded)]
    [InlineData(200, "{\"message\":\"Transaction introuvable\"}", RefundResult.NotFound)]
    [InlineData(404, "{\"error\":\"Transaction not found\"}", RefundResult.NotFound)]
    [InlineData(400, "{\"code\":\"ALREADY_REVERTED\"}", RefundResult.AlreadyRefunded)]
    [InlineData(400, "{\"description\":\"This transaction has already been refunded\"}", RefundResult.AlreadyRefunded)]
    [InlineData(200, "{\"code\":4006,\"reason\":\"Transaction already reverted\"}", RefundResult.AlreadyRefunded)]
    [InlineData(200, "{\"message\":\"Cette transaction a déjà été remboursée\"}", RefundResult.AlreadyRefunded)]
    [InlineData(200, "{\"status\":4003,\"reason\":\"Transaction Not Found\"}", RefundResult.NotFound)]
    [InlineData(200, "{\"code\":4003,\"description\":\"Transaction Not Found\"}", RefundResult.NotFound)]
    public void An_answer_tells_what_became_of_a_refund(int http, string body, RefundResult expected) =>
        Assert.Equal(expected, Read(http, body).Result);

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "{}")]
    [InlineData(200, "{\"status\":\"PENDING\"}")]
    [InlineData(200, "{\"status\":\"COMPLETE\"}")]
    [InlineData(200, "{\"reason\":\"REFUNDED\"}")]
    [InlineData(200, "{\"status\":\"REFUNDED\",\"transactionId\":\"t2\"}")]
    [InlineData(200, "<html>")]
    [InlineData(400, "{\"status\":\"REFUNDED\"}")]
    [InlineData(200, "{\"status\":\"SUCCESS\",\"code\":\"FAILED\"}")]
    [InlineData(200, "{\"code\":\"PENDING\"}")]
    [InlineData(400, "{\"code\":\"REVERTED\"}")]
    [InlineData(400, "{}")]
    [InlineData(404, "<html>")]
    [InlineData(200, "{\"data\":{\"status\":\"REVERTED\",\"transactionId\":\"t2\"}}")]
    [InlineData(200, "{\"status\":\"FAILED\",\"data\":{\"status\":\"REVERTED\"}}")]
    [InlineData(200, "{\"data\":{\"code\":\"REVERTED\"},\"result\":{\"code\":\"FAILED\"}}")]
    [InlineData(200, "[{\"code\":\"REVERTED\"},{\"code\":\"FAILED\"}]")]
    [InlineData(200, "{\"message\":\"Your refund is being processed\"}")]
    [InlineData(200, "{\"message\":\"OK\"}")]
    [InlineData(200, "{\"reason\":\"refused by the customer, refunded successfully elsewhere\"}")]
    [InlineData(200, "{\"message\":\"Refund unsuccessful\"}")]
    [InlineData(400, "{\"message\":\"Transaction successfully reverted\"}")]
    public void An_answer_that_tells_nothing_is_an_error(int http, string body) =>
        Assert.Throws<KkiapayProtocolException>(() => Read(http, body));

    [Theory]
    [InlineData("{\"status\":\"TRANSACTION_NOT_ELIGIBLE\",\"message\":\"Already reverted\"}", "Already reverted")]
    [InlineData("{\"status\":\"TRANSACTION_NOT_ELIGIBLE\"}", "TRANSACTION_NOT_ELIGIBLE")]
    [InlineData("{\"status\":\"TRANSACTION_NOT_ELIGIBLE\",\"reason\":\"card\"}", "card")]
    [InlineData("{\"code\":\"FAILED\",\"description\":\"NOT_REVERTED\"}", "NOT_REVERTED")]
    [InlineData("{\"code\":\"TRANSACTION_NOT_ELIGIBLE\"}", "TRANSACTION_NOT_ELIGIBLE")]
    [InlineData("{\"status\":\"success\",\"data\":{\"code\":\"FAILED\",\"description\":\"NOT_REVERTED\"}}", "NOT_REVERTED")]
    public void The_providers_words_are_kept(string body, string expected)
    {
        var refund = Read(200, body);
        Assert.Equal(expected, refund.Message);
        Assert.Equal(body, refund.Raw);
        Assert.Equal("t1", refund.TransactionId);
    }

    [Fact]
    public void In_the_Sdk_dialect_a_plain_404_is_no_answer() => Assert.Throws<KkiapayProtocolException>(
        () => RefundReader.Read(new ProviderAnswer("t1", 404, default), KkiapayDialect.Sdk));

    private static KkiapayRefund Read(int http, string body) =>
        RefundReader.Read(new ProviderAnswer("t1", http, Encoding.UTF8.GetBytes(body)), KkiapayDialect.Rest);
}
