using System.IO.Compression;
using System.Text;
using KkiaEvents.Kkiapay;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Tests.Unit.Kkiapay;

/// <summary>What can't be used says why, and how it looks, and neither tells keys nor whom it is about.</summary>
public sealed class UnreadableAnswerTests
{
    private const string Id = Provider.Id;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<UnreadableReason, int, string> Bodies => new()
    {
        { UnreadableReason.Empty, 200, "" },
        { UnreadableReason.Empty, 204, "" },
        { UnreadableReason.Empty, 200, " \r\n" },
        { UnreadableReason.Empty, 200, "\uFEFF" },
        { UnreadableReason.Markup, 200, "<!DOCTYPE html><h1>Soon</h1>" },
        { UnreadableReason.Markup, 404, "\uFEFF <html>" },
        { UnreadableReason.NotJson, 200, "502 Bad Gateway" },
        { UnreadableReason.NotJson, 200, "{\"status\":\"SUCCESS\",\"amount\":1}\n{\"status\":\"SUCCESS\",\"amount\":1}" },
        { UnreadableReason.NotJson, 200, "{\"status\":\"SUCCESS\",\"status\":\"FAILED\",\"amount\":1}" },
        { UnreadableReason.Truncated, 200, "{\"transactionId\":\"txn_abc123456789\",\"status\":\"SUCC" },
        { UnreadableReason.Truncated, 200, "{\"transactionId\":\"txn_abc123456789\"" },
        { UnreadableReason.Truncated, 200, "[{}" },
        { UnreadableReason.NotAnObject, 200, "[]" },
        { UnreadableReason.NotAnObject, 200, "[{\"transactionId\":\"txn_abc123456789\",\"status\":\"SUCCESS\",\"amount\":1}]" },
        { UnreadableReason.NotAnObject, 200, "\"SUCCESS\"" },
        { UnreadableReason.SaysNothing, 200, "{}" },
        { UnreadableReason.SaysNothing, 200, "{\"ok\":true}" },
        { UnreadableReason.SaysNothing, 200, "{\"status\":\"SUCCESS\"}" },
        { UnreadableReason.OtherTransaction, 200, "{\"transactionId\":\"t2\",\"status\":\"SUCCESS\",\"amount\":1}" },
        { UnreadableReason.OtherTransaction, 400, "{\"transactionId\":\"t2\",\"status\":\"TRANSACTION_NOT_FOUND\"}" },
        { UnreadableReason.Contradiction, 200, "{\"status\":\"FAILED\",\"data\":{\"status\":\"SUCCESS\",\"amount\":1}}" },
        { UnreadableReason.Refusal, 400, "{\"message\":\"Bad request\"}" },
        { UnreadableReason.Refusal, 405, "" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task An_answer_that_can_not_be_used_says_why_and_how_it_looks(UnreadableReason reason, int http, string body)
    {
        var error = await FailAsync(Encoding.UTF8.GetBytes(body), http: http);
        Assert.Equal((reason, http, "application/json; v=1"), (error.Reason, error.StatusCode, error.ContentType));
        Assert.StartsWith(error.Beginning[..Math.Min(5, error.Beginning.Length)], body.Trim().Trim('\uFEFF').Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_that_is_known_say_so()
    {
        Assert.Equal(UnreadableReason.Charset, (await FailAsync([.. "{\"a\":\""u8, 0xE9, .. "\"}"u8])).Reason);
        Assert.Equal(UnreadableReason.Charset, (await FailAsync([.. "{\"a\":\""u8, 0xE9, .. "\"}"u8], contentType: "application/json; charset=utf-8")).Reason);
        Assert.Equal(UnreadableReason.Compression, (await FailAsync([0x28, 0xB5, 0x2F, 0xFD, 1, 2, 3], encoding: "zstd")).Reason);
        Assert.Equal(UnreadableReason.Compression, (await FailAsync([0x1F, 0x8B, 8, 0, 1, 2, 3], encoding: "gzip")).Reason);
        Assert.Equal(UnreadableReason.Compression, (await FailAsync("{}"u8.ToArray(), encoding: "gzip, gzip, gzip, gzip, gzip")).Reason);
    }

    // Each unpacks to more than any answer; the last is packed twice, so that a few bytes would be a gigabyte.
    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("gzip, gzip")]
    public async Task What_unpacks_to_more_than_any_answer_is_not_unpacked_to_its_end(string encoding)
    {
        var body = new byte[16_000_000];
        foreach (var layer in encoding.Split(", "))
            body = Packed(body, layer);
        Assert.InRange(body.Length, 1, AnswerHandler.MaxBody);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(UnreadableReason.TooLarge, AnswerBody.Unpack(body, encoding.Split(", ")).Problem);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 12 * AnswerHandler.MaxBody);
        Assert.Equal(UnreadableReason.TooLarge, (await FailAsync(body, encoding: encoding)).Reason);
    }

    [Fact]
    public async Task A_redirect_says_where_it_points_but_for_what_may_be_secret()
    {
        var provider = new Provider(_ =>
        {
            var answer = Provider.Status(302);
            answer.Headers.TryAddWithoutValidation("Location", "https://login.example/session?token=s3cr3t");
            return answer;
        });
        await using var services = provider.Services();
        var error = await Assert.ThrowsAsync<KkiapayProtocolException>(() => services.GetRequiredService<IKkiapayClient>().VerifyAsync(Id, Stop));
        Assert.Equal((UnreadableReason.Redirect, 302), (error.Reason, error.StatusCode));
        Assert.Contains("login.example", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", error.Message, StringComparison.Ordinal);
        Assert.Single(provider.Requests);
    }

    [Theory]
    [InlineData("bad key private-1 given", "private-1")]
    [InlineData("{\"x-private-key\":\"PRIVATE-1\"}", "PRIVATE-1")]
    [InlineData("no such key tpk_0a1b2c3d", "tpk_0a1b2c3d")]
    [InlineData("Authorization: Bearer abc.def-ghi", "ghi")]
    [InlineData("token=eyJhbGciOiJIUzI1NiJ9.e30.x", "eyJ")]
    [InlineData("{\"apikey\":\"short\"}", "short")]
    [InlineData("pay by +229 01 67 32 95 10 now", "67 32")]
    [InlineData("{\"phone\":\"22967434270\"}", "67434270")]
    [InlineData("{\"account\":22967434270}", "67434270")]
    [InlineData("call 2290167329510", "0167329510")]
    [InlineData("tel (229) 97-00-00-00", "97-00")]
    [InlineData("{\"client\":{\"fullname\":\"Ada Doe\"}}", "Ada")]
    [InlineData("{\"email\":\"ada@example.com\"}", "ada")]
    [InlineData("write to ada@example.com", "ada@")]
    [InlineData("aGVsbG8gd29ybGQgdGhpcyBpcyBhIHRva2Vu0123", "aGVsbG8")]
    public async Task How_it_begins_tells_neither_keys_nor_whom_it_is_about(string body, string secret)
    {
        var error = await FailAsync(Encoding.UTF8.GetBytes(body));
        Assert.DoesNotContain(secret, error.Beginning + error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("[…]", error.Beginning, StringComparison.Ordinal);
        Assert.InRange(error.Beginning.Length, 1, 160);
    }

    [Fact]
    public async Task How_it_begins_is_one_short_line()
    {
        var error = await FailAsync(Encoding.UTF8.GetBytes("<html>\r\n\u2028\u0000<body>" + new string('<', 5000)));
        Assert.Equal(160, error.Beginning.Length);
        Assert.DoesNotContain(error.Beginning, c => char.IsControl(c) || c == '\u2028');
    }

    private static async Task<KkiapayProtocolException> FailAsync(byte[] body, string contentType = "application/json; v=1", string encoding = "", int http = 200)
    {
        using var answer = new HttpResponseMessage((System.Net.HttpStatusCode)http) { Content = new ByteArrayContent(body) };
        answer.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        if (encoding.Length > 0)
            answer.Content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        await using var services = Provider.Answering(answer).Services();
        return await Assert.ThrowsAsync<KkiapayProtocolException>(() => services.GetRequiredService<IKkiapayClient>().VerifyAsync(Id, Stop));
    }

    private static byte[] Packed(byte[] body, string encoding)
    {
        using var packed = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Fastest),
            "br" => new BrotliStream(packed, CompressionLevel.Fastest),
            _ => new ZLibStream(packed, CompressionLevel.Fastest),
        })
            stream.Write(body);
        return packed.ToArray();
    }
}
