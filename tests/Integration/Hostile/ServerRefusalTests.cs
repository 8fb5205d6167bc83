using System.Net;
using KkiaEvents.Tests.Integration.Infrastructure;
using KkiaEvents.Tests.Integration.Operating;

namespace KkiaEvents.Tests.Integration.Hostile;

/// <summary>What the server refuses before our code hears of it is counted with its reason, and said once a minute.</summary>
public class ServerRefusalTests(HostileInstallation system) : IClassFixture<HostileInstallation>
{
    private const string Good = HostileIngress.Body;
    private const string Line = "POST /webhook/kkiapay HTTP/1.1\r\n";

    public static TheoryData<string, string> Refused => new()
    {
        { "bad_request_line", "POST /webhook/kki\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "bad_request_line", "nonsense\r\n\r\n" },
        { "bad_request_line", "POST\0/webhook/kkiapay HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "bad_request_line", "POST /webhook/kkiapay?a=%00\u00ff HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "request_line_too_long", $"POST /webhook/kkiapay/{new string('a', 10_000)} HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "headers_too_large", HostileIngress.Head(Good, $"X-Padding: {new string('x', 20_000)}\r\n") },
        { "headers_too_large", HostileIngress.Head(Good, string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: 1\r\n"))) },
        { "bad_headers", HostileIngress.Head(Good, "X-Name: a\0b\r\n") },
        { "bad_headers", HostileIngress.Head(Good, "X-N\u00e9: a\r\n") },
        { "bad_headers", HostileIngress.Head(Good, "Bad Header : x\r\n") },
        { "bad_headers", HostileIngress.Head(Good, "no colon\r\n") },
        { "bad_host", $"{Line}Content-Length: 0\r\n\r\n" },
        { "bad_host", HostileIngress.Head(Good, "Host: another\r\n") },
        { "malformed", HostileIngress.Head(Good, length: "Content-Length: many\r\n") },
        { "malformed", HostileIngress.Head(Good, length: "Content-Length: 2\r\nContent-Length: 3\r\n") },
        { "malformed", HostileIngress.Head(Good, length: "Transfer-Encoding: gzip\r\n") },
        { "http_version", "POST /webhook/kkiapay HTTP/9.9\r\nHost: a\r\n\r\n" },
        { "tls_at_plain_port", "\u0016\u0003\u0001\u0000\u00c8\u0001\u0000\u0000\u00c4\u0003\u0003" + new string('\0', 200) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task It_is_counted_with_its_reason(string reason, string request)
    {
        await using var ingress = await system.StartAsync();
        await SendAsync(ingress, request);
        await Condition.HoldsAsync($"{reason} is counted", () => ingress.Refused(reason) == 1);
        await ingress.TakesAsync();
        Assert.Equal(1, ingress.Refused());
    }

    [Fact]
    public async Task A_head_that_does_not_end_is_counted()
    {
        await using var ingress = await system.StartAsync();
        await SendAsync(ingress, $"{Line}Host: a\r\n");
        await Condition.HoldsAsync("it is counted", () => ingress.Refused("head_too_slow") == 1);
    }

    [Fact]
    public async Task Plain_HTTP_at_a_TLS_port_is_counted()
    {
        var certificate = ConnectionTests.Certificate();
        await using var ingress = await system.StartAsync("--urls=http://127.0.0.1:0;https://127.0.0.1:0", $"--Kestrel:Certificates:Default:Path={certificate}", "--Kestrel:Certificates:Default:Password=test");
        await using (var connection = await ingress.OpenForTlsAsync(IPAddress.Loopback))
        {
            await connection.SendAsync(HostileIngress.Head(Good) + Good);
            await connection.ReadToEndAsync();
        }

        await Condition.HoldsAsync("it is counted", () => ingress.Refused("tls") == 1);
        await using (var connection = await ingress.OpenForTlsAsync(IPAddress.Loopback))
        {
            await using var secure = await connection.ShakeHandsAsync();
            await secure.SendAsync(HostileIngress.Head(Good, "Connection: close\r\n") + Good);
            Assert.Contains("HTTP/1.1 200 ", await secure.ReadToEndAsync());
        }

        Assert.Equal(1, ingress.Refused("tls"));
        File.Delete(certificate);
    }

    [Fact]
    public async Task What_our_own_code_refused_is_counted_once()
    {
        await using var ingress = await system.StartAsync();
        // Refused for its signature; the server then finds that the rest is no body.
        await ingress.SendAsync(HostileIngress.Head(Good, length: "Transfer-Encoding: chunked\r\n", signature: "wrong") + "zz\r\n{}\r\n");
        await ingress.SendAsync(HostileIngress.Head(Good, length: "Transfer-Encoding: chunked\r\n") + "zz\r\n{}\r\n");
        await Condition.HoldsAsync("both are counted", () => ingress.Refused("wrong_signature") == 1 && ingress.Refused("malformed") == 1);
        await ingress.TakesAsync();
        Assert.Equal(2, ingress.Refused());
    }

    [Fact]
    public async Task It_is_said_once_a_minute_for_each_reason_and_repeats_nothing_of_the_request()
    {
        var log = new LogLines();
        await using var ingress = await system.StartAsync(log);
        foreach (var request in new[] { HostileIngress.Head(Good, "X-Key: hunter2\0\r\n", signature: "hunter2"), "POST /hunter2\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n" })
        {
            await SendAsync(ingress, request);
            await SendAsync(ingress, request);
        }

        await Condition.HoldsAsync("all are counted", () => ingress.Refused() == 4);
        Assert.Single(log.All, l => l.Contains("Refused before it was read (bad_headers), this one from 127.0.0.1: ", StringComparison.Ordinal));
        Assert.Single(log.All, l => l.Contains("Refused before it was read (bad_request_line), this one from 127.0.0.1: ", StringComparison.Ordinal));
        Assert.DoesNotContain(log.All, l => l.Contains("Refused before", StringComparison.Ordinal) && l.Contains("hunter2", StringComparison.Ordinal));
    }

    private static async Task SendAsync(HostileIngress ingress, string request)
    {
        await using var connection = await ingress.OpenAsync();
        await connection.SendAsync(request);
        Assert.Matches("^(HTTP/1.1 (400|408|414|431|505) |$)", await connection.ReadToEndAsync());
    }
}
