using System.Net;
using System.Text;

namespace KkiaEvents.Tests.Integration.Hostile;

/// <summary>HTTP that is too slow, too large or not HTTP, on the real server. Whatever comes, the next good webhook is taken.</summary>
public class HostileHttpTests(HostileInstallation system) : IClassFixture<HostileInstallation>
{
    private const string Good = HostileIngress.Body;

    private HostileIngress Ingress => system.Usual;

    [Fact]
    public async Task Slow_senders_are_cut_off_and_hold_nobody_up()
    {
        // Take out: MinRequestBodyDataRate, RequestHeadersTimeout.
        var slow = Enumerable.Range(0, 100).Select(_ => StallAsync(HostileIngress.Head(Good, length: "Content-Length: 65536\r\n") + "{", drip: null))
            .Append(StallAsync(HostileIngress.Head(Good, length: "Content-Length: 65536\r\n"), drip: "{"))
            .Append(StallAsync(HostileIngress.Head(Good, length: "Transfer-Encoding: chunked\r\n"), drip: "1\r\n{\r\n"))
            .Append(StallAsync(HostileIngress.Head(Good, length: "Transfer-Encoding: chunked\r\n") + "ffff\r\n", drip: "{"))
            .ToList();
        var headless = new[] { StallAsync("POST /webhook/kkiapay HTTP/1.1\r\n", drip: "x"), StallAsync("POST /webh", drip: null) };
        for (var i = 0; i < 20; i++)
            await Ingress.TakesAsync();

        foreach (var answer in await Task.WhenAll(slow))
            await Ingress.RefusesAsync(answer, HttpStatusCode.RequestTimeout, "did not come in the time");
        foreach (var answer in await Task.WhenAll(headless))
            await Ingress.ServerRefusesAsync(answer, HttpStatusCode.RequestTimeout);
        await Ingress.CountsAsync("kkiaevents_webhooks_refused_total", "reason=\"too_slow\"");
        await Infrastructure.Condition.HoldsAsync("their connections are gone", async () => await Ingress.ConnectionsAsync() < 20);
    }

    [Fact]
    public async Task Headers_without_end_are_refused() =>
        await Ingress.ServerRefusesAsync(await Ingress.SendAsync(HostileIngress.Head(Good, $"X-Padding: {new string('x', 20_000)}\r\n")), HttpStatusCode.RequestHeaderFieldsTooLarge);

    [Fact]
    public async Task More_headers_than_anybody_needs_are_refused() =>
        await Ingress.ServerRefusesAsync(
            await Ingress.SendAsync(HostileIngress.Head(Good, string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: 1\r\n")))), HttpStatusCode.RequestHeaderFieldsTooLarge);

    [Fact]
    public async Task A_path_without_end_is_refused() =>
        await Ingress.ServerRefusesAsync(await Ingress.SendAsync(HostileIngress.Head(Good, path: $"/webhook/kkiapay/{new string('a', 10_000)}")), HttpStatusCode.RequestUriTooLong);

    [Fact]
    public async Task Chunks_without_end_are_refused()
    {
        // Take out: MaxRequestBodySize and the limit in WebhookBody.
        await using var connection = await Ingress.OpenAsync();
        Assert.True(await connection.SendAsync(HostileIngress.Head(Good, length: "Transfer-Encoding: chunked\r\n")));
        var chunk = $"1000\r\n{new string('x', 0x1000)}\r\n";
        for (var i = 0; i < 20 && await connection.SendAsync(chunk); i++)
        {
        }

        var answer = await connection.ReadAnswerAsync();
        Assert.True(answer!.ClosesConnection, answer.Head);
        await Ingress.RefusesAsync(answer, HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_chunk_whose_length_line_has_no_end_is_refused()
    {
        await using var connection = await Ingress.OpenAsync();
        await connection.SendAsync(HostileIngress.Head(Good, length: "Transfer-Encoding: chunked\r\n") + "1;" + new string('x', 100_000));
        var answer = await connection.ReadAnswerAsync();
        await Ingress.RefusesAsync(answer, answer?.Status == HttpStatusCode.BadRequest ? HttpStatusCode.BadRequest : HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("zz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("-1\r\n{}\r\n0\r\n\r\n")]
    [InlineData("2\r\n{}XX0\r\n\r\n")]
    [InlineData("fffffffffffffffff\r\n{}\r\n0\r\n\r\n")]
    public async Task Chunks_that_are_none_are_refused(string chunks) =>
        await Ingress.RefusesAsync(await Ingress.SendAsync(HostileIngress.Head(Good, length: "Transfer-Encoding: chunked\r\n") + chunks), HttpStatusCode.BadRequest, "chunks");

    [Fact]
    public async Task A_good_webhook_in_chunks_of_one_byte_is_taken()
    {
        var chunks = string.Concat(Good.Select(c => $"1\r\n{c}\r\n")) + "0\r\n\r\n";
        Assert.Equal(HttpStatusCode.OK, (await Ingress.SendAsync(HostileIngress.Head(Good, length: "Transfer-Encoding: chunked\r\n") + chunks))?.Status);
    }

    [Theory]
    [InlineData("Content-Length: -1\r\n")]
    [InlineData("Content-Length: many\r\n")]
    [InlineData("Content-Length: 99999999999999999999999\r\n")]
    [InlineData("Content-Length: 2\r\nContent-Length: 3\r\n")]
    [InlineData("Transfer-Encoding: gzip\r\n")]
    [InlineData("Transfer-Encoding: chunked, gzip\r\n")]
    public async Task A_length_that_is_none_is_refused(string length) =>
        await Ingress.ServerRefusesAsync(await Ingress.SendAsync(HostileIngress.Head(Good, length: length) + Good), HttpStatusCode.BadRequest);

    [Fact]
    public async Task A_body_of_no_stated_length_is_empty_and_so_not_authentic()
    {
        // HTTP/1.1 without a length has no body: what follows would be the next request, and nobody who was refused has a next one.
        await using var connection = await Ingress.OpenAsync();
        await connection.SendAsync(HostileIngress.Head(Good, length: "") + Good + "\r\n\r\n");
        var all = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 401 ", all, StringComparison.Ordinal);
        Assert.Single(all.Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries));
        await Ingress.TakesAsync();
    }

    [Fact]
    public async Task A_body_longer_than_its_length_is_not_authentic_and_its_rest_is_no_request()
    {
        await using var connection = await Ingress.OpenAsync();
        await connection.SendAsync(HostileIngress.Head(Good, length: "Content-Length: 10\r\n") + Good + "\r\n\r\n");
        var all = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 401 ", all, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1 200 ", all);
        await Ingress.TakesAsync();
    }

    [Fact]
    public async Task A_body_shorter_than_its_length_is_refused_when_the_sender_ends()
    {
        await using var connection = await Ingress.OpenAsync();
        await connection.SendAsync(HostileIngress.Head(Good, length: $"Content-Length: {Good.Length + 10}\r\n") + Good);
        connection.EndSending();
        Assert.DoesNotContain("HTTP/1.1 200 ", await connection.ReadToEndAsync());
        await Ingress.TakesAsync();
    }

    [Fact]
    public async Task Both_a_length_and_chunks_smuggle_no_second_webhook()
    {
        // Whoever reads the length takes all of it for one body, whoever reads the chunks finds another request behind them.
        var second = HostileIngress.Head(Good) + Good;
        var chunks = $"{Good.Length:x}\r\n{Good}\r\n0\r\n\r\n";
        await using var connection = await Ingress.OpenAsync();
        await connection.SendAsync(HostileIngress.Head(Good, length: $"Content-Length: {chunks.Length + second.Length}\r\nTransfer-Encoding: chunked\r\n") + chunks + second);
        var all = await connection.ReadToEndAsync();
        Assert.True(all.Split("HTTP/1.1 200 ").Length <= 2, all);
        await Ingress.TakesAsync();
    }

    [Theory]
    [InlineData("POST /webhook/kkiapay HTTP/1.1\nHost: a\n\n\0\0\0")]
    [InlineData("\0\u0001\u0002\u0003\r\n\r\n")]
    [InlineData("POST /webhook/kkiapay\r\n\r\n")]
    [InlineData("POST /webhook/kkiapay HTTP/9.9\r\nHost: a\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("POST /webhook/kkiapay HTTP/1.1\r\nHost: a\r\nBad Header : x\r\n\r\n")]
    [InlineData("POST /webhook/kkiapay HTTP/1.1\r\n\r\n")]
    public async Task What_is_not_HTTP_is_refused(string text)
    {
        await using var connection = await Ingress.OpenAsync();
        await connection.SendAsync(text);
        connection.EndSending();
        var all = await connection.ReadToEndAsync();
        Assert.Matches("^(HTTP/1.1 (400|401|505|426) |\0|$)", all);
        await Ingress.TakesAsync();
    }

    [Theory]
    [InlineData("/webhook/kkiapay/../../webhook/kkiapay/nobody")]
    [InlineData("/webhook/kkiapay/%2e%2e%2f%2e%2e%2fetc%2fpasswd")]
    [InlineData("/webhook/kkiapay/default%2f")]
    [InlineData("/webhook/kkiapay/default%5c..")]
    [InlineData("/webhook/kkiapay/DEFAULT")]
    [InlineData("/webhook/kkiapay/default:WebhookSecrets:0")]
    [InlineData("/webhook/kkiapay/a;b")]
    [InlineData("/webhook//kkiapay")]
    public async Task A_merchants_name_with_signs_of_a_path_is_no_merchant(string path)
    {
        var answer = await Ingress.SendAsync(HostileIngress.Head(Good, path: path) + Good);
        await Ingress.RefusesAsync(answer, answer?.Status == HttpStatusCode.MethodNotAllowed ? HttpStatusCode.MethodNotAllowed : HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_NUL_in_the_path_is_refused() =>
        await Ingress.ServerRefusesAsync(await Ingress.SendAsync(HostileIngress.Head(Good, path: "/webhook/kkiapay/default%00") + Good), HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("utf-8")]
    [InlineData("UTF-8, identity")]
    [InlineData("identity")]
    [InlineData("none")]
    [InlineData("application/json")]
    [InlineData("")]
    [InlineData("gzip")]
    public async Task Whatever_encoding_is_said_of_an_authentic_webhook_it_is_taken(string encoding) =>
        await Ingress.TakesAsync($"Content-Encoding: {encoding}\r\n");

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("identity, gzip")]
    public async Task A_signature_over_what_was_compressed_since_is_refused_in_words(string encoding)
    {
        var answer = await Ingress.SendAsync(HostileIngress.Head("{}", $"Content-Encoding: {encoding}\r\n", signature: Infrastructure.Installation.Sign(Good)) + "{}");
        Assert.Contains("Accept-Encoding: identity", answer!.Head);
        await Ingress.RefusesAsync(answer, HttpStatusCode.UnsupportedMediaType, "Content-Encoding");
    }

    [Fact]
    public async Task A_gzip_bomb_is_bytes_that_nobody_understands()
    {
        // 64 MiB of spaces are 64 KiB of gzip; authentic as they are, they are parked as they are.
        using var bomb = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(bomb, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var spaces = Encoding.ASCII.GetBytes(new string(' ', 1024 * 1024));
            for (var i = 0; i < 60; i++)
                await gzip.WriteAsync(spaces);
        }

        Assert.InRange(bomb.Length, 1, 65_536);
        Assert.Equal(HttpStatusCode.OK, (await Ingress.SendAuthenticAsync(bomb.ToArray()))?.Status);
        Assert.Equal(HttpStatusCode.OK, (await Ingress.SendAuthenticAsync(bomb.ToArray(), "Content-Encoding: gzip\r\n"))?.Status);
        await Ingress.TakesAsync();
    }

    [Fact]
    public async Task A_webhook_that_waits_for_100_Continue_is_taken()
    {
        await using var connection = await Ingress.OpenAsync();
        await connection.SendAsync(HostileIngress.Head(Good, "Expect: 100-continue\r\nConnection: close\r\n"));
        await connection.SendAsync(Good);
        Assert.Contains("HTTP/1.1 200 ", await connection.ReadToEndAsync());
    }

    // Sends a beginning and then a little at a time, or nothing, until it is cut off.
    private async Task<RawAnswer?> StallAsync(string start, string? drip)
    {
        await using var connection = await Ingress.OpenAsync();
        await connection.SendAsync(start);
        var answer = connection.ReadAnswerAsync();
        while (!answer.IsCompleted)
        {
            if (drip is not null && !await connection.SendAsync(drip))
                break;
            await Task.WhenAny(answer, Task.Delay(250));
        }

        return await answer;
    }
}
