using System.IO.Compression;
using System.Net;
using System.Text;
using KkiaEvents.Kkiapay;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Tests.Unit.Kkiapay;

/// <summary>The forms in which an answer comes: wrapped, compressed, in another encoding, or as a page of somebody else.</summary>
public sealed class AnswerFormsTests
{
    private const string Id = Provider.Id;
    private const string Paid = "{\"transactionId\":\"" + Id + "\",\"status\":\"SUCCESS\",\"type\":\"DEBIT\",\"amount\":5000}";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[]> Compressed => new()
    {
        { "gzip", Gzip(Paid) },
        { "x-gzip", Gzip(Paid) },
        { "GZIP", Gzip(Paid) },
        { "br", Brotli(Paid) },
        { "deflate", Zlib(Paid) },
        { "deflate", Deflate(Paid) },
        { "gzip, br", Brotli(Gzip(Paid)) },
        { "identity", Utf8(Paid) },
        { "utf-8", Utf8(Paid) },
        // A proxy unpacked it and left the header, or packed it and set none.
        { "gzip", Utf8(Paid) },
        { "br", Utf8(Paid) },
        { "deflate", Utf8(Paid) },
        { "zstd", Utf8(Paid) },
        { "", Gzip(Paid) },
    };

    [Theory]
    [MemberData(nameof(Compressed))]
    public async Task A_compressed_answer_is_unpacked(string encoding, byte[] body)
    {
        var transaction = await VerifyAsync(body, encoding: encoding);
        Assert.Equal((TransactionStatus.Complete, 5000L, Paid), (transaction.Status, transaction.Amount, transaction.Raw));
    }

    public static TheoryData<string?, byte[]> InOtherCharsets => new()
    {
        { "application/json; charset=iso-8859-1", Encoding.Latin1.GetBytes(Named) },
        { "application/json; charset=windows-1252", Encoding.Latin1.GetBytes(Named) },
        { "application/json;charset=\"ISO-8859-15\"", Encoding.Latin1.GetBytes(Named) },
        { "application/json; charset=utf-16", Encoding.Unicode.GetBytes(Named) },
        { "application/json", Encoding.BigEndianUnicode.GetBytes(Named) },
        { "application/json; charset=utf-8", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Named)] },
        { null, [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(Named)] },
        { "application/json", [0xEF, 0xBB, 0xBF, .. Utf8(Named)] },
        // The name of the encoding is wrong, and the text is what JSON is.
        { "application/json; charset=iso-8859-1", Utf8(Named) },
        { "text/html; charset=no-such-thing", Utf8(Named) },
        { "nonsense", Utf8(Named) },
    };

    private const string Named = "{\"transactionId\":\"" + Id + "\",\"status\":\"SUCCESS\",\"amount\":5000,\"client\":{\"fullname\":\"Zoé\"}}";

    [Theory]
    [MemberData(nameof(InOtherCharsets))]
    public async Task An_answer_in_another_charset_is_read(string? contentType, byte[] body)
    {
        var transaction = await VerifyAsync(body, contentType);
        Assert.Equal((TransactionStatus.Complete, 5000L, "Zoé"), (transaction.Status, transaction.Amount, transaction.Name));
    }

    [Theory]
    [InlineData("{\"data\":{F}}")]
    [InlineData("{\"result\":{F}}")]
    [InlineData("{\"transaction\":{F}}")]
    [InlineData("{\"response\":{F}}")]
    [InlineData("{\"status\":\"success\",\"data\":{F}}")]
    [InlineData("{\"status\":200,\"message\":\"OK\",\"data\":{F}}")]
    [InlineData("{\"success\":true,\"error\":null,\"transaction\":{F}}")]
    [InlineData("{\"transactionId\":\"" + Id + "\",\"data\":{F}}")]
    [InlineData("{\"data\":{F},\"result\":null,\"response\":\"\"}")]
    public void An_answer_within_a_wrapper_is_read(string form)
    {
        Assert.Equal((TransactionStatus.Complete, 5000L), Of(form, $"\"transactionId\":\"{Id}\",\"status\":\"SUCCESS\",\"amount\":5000"));
        Assert.Equal((TransactionStatus.Failed, 5000L), Of(form, $"\"transactionId\":\"{Id}\",\"status\":\"FAILED\",\"amount\":5000"));
        Assert.Equal((TransactionStatus.Pending, 5000L), Of(form, $"\"transactionId\":\"{Id}\",\"status\":\"PENDING\",\"amount\":5000"));
        Assert.Equal((TransactionStatus.NotFound, null), Of(form, "\"status\":4003,\"reason\":\"Transaction Not Found\""));

        static (TransactionStatus, long?) Of(string form, string fields)
        {
            var transaction = Read(form.Replace("F", fields, StringComparison.Ordinal));
            return (transaction.Status, transaction.Amount);
        }
    }

    [Theory]
    [InlineData("{\"data\":{\"transactionId\":\"t2\",\"status\":\"SUCCESS\",\"amount\":5000}}")]
    [InlineData("{\"transactionId\":\"t2\",\"data\":{\"status\":\"SUCCESS\",\"amount\":5000}}")]
    [InlineData("{\"status\":\"error\",\"data\":{\"transactionId\":\"" + Id + "\",\"status\":\"SUCCESS\",\"amount\":5000}}")]
    [InlineData("{\"status\":500,\"data\":{\"transactionId\":\"" + Id + "\",\"status\":\"SUCCESS\",\"amount\":5000}}")]
    [InlineData("{\"success\":false,\"data\":{\"transactionId\":\"" + Id + "\",\"status\":\"SUCCESS\",\"amount\":5000}}")]
    [InlineData("{\"isPaymentSucces\":false,\"data\":{\"transactionId\":\"" + Id + "\",\"status\":\"SUCCESS\",\"amount\":5000}}")]
    [InlineData("{\"isPaymentSucces\":true,\"data\":{\"transactionId\":\"" + Id + "\",\"status\":\"FAILED\",\"amount\":5000}}")]
    [InlineData("{\"status\":\"FAILED\",\"data\":{\"transactionId\":\"" + Id + "\",\"status\":\"SUCCESS\",\"amount\":5000}}")]
    [InlineData("{\"data\":{\"status\":\"SUCCESS\",\"amount\":5000},\"result\":{\"status\":\"FAILED\",\"amount\":5000}}")]
    [InlineData("{\"data\":{\"status\":\"SUCCESS\"}}")]
    [InlineData("{\"data\":{\"data\":{\"transactionId\":\"" + Id + "\",\"status\":\"SUCCESS\",\"amount\":5000}}}")]
    [InlineData("{\"data\":[{\"transactionId\":\"" + Id + "\",\"status\":\"SUCCESS\",\"amount\":5000}]}")]
    [InlineData("[{\"transactionId\":\"" + Id + "\",\"status\":\"SUCCESS\",\"amount\":5000}]")]
    [InlineData("{}")]
    [InlineData("{\"ok\":true}")]
    [InlineData("{\"statusCode\":500,\"message\":\"Internal server error\"}")]
    [InlineData("{\"transactionId\":\"" + Id + "\",\"status\":\"SUCCESS\",\"amount\":5000}\n{\"transactionId\":\"" + Id + "\",\"status\":\"FAILED\"}")]
    public void An_answer_that_can_be_taken_two_ways_or_speaks_of_no_payment_is_an_error(string body) =>
        Assert.Throws<KkiapayProtocolException>(() => Read(body));

    [Theory]
    [InlineData(404, "{\"reason\":\"Transaction Not Found\"}")]
    [InlineData(400, "{\"message\":\"Transaction not found\"}")]
    [InlineData(404, "{\"statusCode\":404,\"message\":\"Transaction not found.\",\"error\":\"Not Found\"}")]
    [InlineData(404, "{\"error\":\"transaction-not-found\"}")]
    [InlineData(404, "{\"error\":{\"code\":\"TRANSACTION_NOT_FOUND\",\"message\":\"?\"}}")]
    [InlineData(400, "{\"errors\":[{\"message\":\"No transaction found with this id\"}]}")]
    [InlineData(404, "{\"data\":{\"status\":4003,\"reason\":\"Transaction Not Found\"}}")]
    [InlineData(404, "{\"message\":\"Transaction txn_abc123456789 was not found\"}")]
    [InlineData(404, "{\"message\":\"Transaction introuvable\"}")]
    [InlineData(404, "{\"description\":\"La transaction n'existe pas\"}")]
    [InlineData(400, "{\"message\":\"Transaction non trouvée\"}")]
    [InlineData(404, "{\"status\":\"TransactionNotFound\"}")]
    [InlineData(404, "Transaction Not Found")]
    [InlineData(404, "\"Transaction Not Found\"")]
    [InlineData(200, "{\"message\":\"Transaction not found\"}")]
    [InlineData(200, "{\"status\":404,\"message\":\"Transaction not found\"}")]
    [InlineData(200, "{\"data\":null,\"error\":\"Transaction Not Found\"}")]
    public void A_transaction_that_the_provider_does_not_know_is_unknown_in_whatever_form_it_says_so(int http, string body)
    {
        foreach (var dialect in new[] { KkiapayDialect.Rest, KkiapayDialect.Sdk })
            Assert.Equal(TransactionStatus.NotFound, Read(body, http, dialect).Status);
    }

    // A wrong address answers 404 to everything: that would make each webhook look forged.
    [Theory]
    [InlineData(404, "{\"statusCode\":404,\"message\":\"Cannot GET /v1/transactions/txn_abc123456789\",\"error\":\"Not Found\"}")]
    [InlineData(404, "Cannot POST /api/v1/transactions/status")]
    [InlineData(404, "404 page not found")]
    [InlineData(404, "default backend - 404")]
    [InlineData(404, "{\"message\":\"no Route matched with those values\"}")]
    [InlineData(404, "{\"message\":\"Transaction endpoint not found\"}")]
    [InlineData(404, "<html><body>Transaction not found</body></html>")]
    [InlineData(200, "{\"transactionId\":\"t2\",\"message\":\"Transaction not found\"}")]
    public void A_404_about_the_address_says_nothing_of_the_transaction(int http, string body)
    {
        foreach (var dialect in new[] { KkiapayDialect.Rest, KkiapayDialect.Sdk })
            Assert.Throws<KkiapayProtocolException>(() => Read(body, http, dialect));
    }

    [Fact]
    public void A_payments_own_reason_is_the_shops_text_and_no_refusal() => Assert.Equal(
        TransactionStatus.Complete, Read($"{{\"transactionId\":\"{Id}\",\"status\":\"SUCCESS\",\"amount\":5000,\"reason\":\"Transaction not found in our shop\",\"message\":\"Transaction not found\"}}").Status);

    private static KkiapayTransaction Read(string body, int http = 200, KkiapayDialect dialect = KkiapayDialect.Sdk) =>
        TransactionReader.Read(new ProviderAnswer(Id, http, Utf8(body)), dialect);

    private static async Task<KkiapayTransaction> VerifyAsync(byte[] body, string? contentType = "application/json", string encoding = "", HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = new HttpResponseMessage(status) { Content = new ByteArrayContent(body) };
        if (contentType is not null)
            answer.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        if (encoding.Length > 0)
            answer.Content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        await using var services = Provider.Answering(answer).Services();
        return await services.GetRequiredService<IKkiapayClient>().VerifyAsync(Id, Stop);
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Gzip(string text) => Gzip(Utf8(text));

    private static byte[] Gzip(byte[] body) => Packed(body, to => new GZipStream(to, CompressionLevel.Optimal));

    private static byte[] Brotli(string text) => Brotli(Utf8(text));

    private static byte[] Brotli(byte[] body) => Packed(body, to => new BrotliStream(to, CompressionLevel.Optimal));

    private static byte[] Zlib(string text) => Packed(Utf8(text), to => new ZLibStream(to, CompressionLevel.Optimal));

    private static byte[] Deflate(string text) => Packed(Utf8(text), to => new DeflateStream(to, CompressionLevel.Optimal));

    private static byte[] Packed(byte[] body, Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var stream = packer(packed))
            stream.Write(body);
        return packed.ToArray();
    }
}
