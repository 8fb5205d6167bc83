using System.Net;

namespace KkiaEvents.Tests.Integration.Hostile;

/// <summary>What one source may do, and that no limit ever refuses an authentic webhook.</summary>
public class LimitTests(HostileInstallation system) : IClassFixture<HostileInstallation>
{
    private const int Allowed = 5;

    private static readonly string Limit = $"--Ingress:Limits:RefusalsPerMinute={Allowed}";

    private const string ProxyOnLoopback = "--Ingress:Proxies:0=127.0.0.0/8";

    [Fact]
    public async Task A_source_of_many_refused_webhooks_is_told_to_wait_and_its_authentic_ones_are_taken()
    {
        await using var ingress = await system.StartAsync(Limit);
        var limited = await UntilLimitedAsync(ingress);
        Assert.Contains("Retry-After: ", limited.Head);
        Assert.True(limited.IsProblem);

        for (var i = 0; i < 50; i++)
            await ingress.TakesAsync();
        // Signed over the body as JavaScript writes it: the one check that a source over its limit has to wait for.
        const string spaced = """{ "event": "transaction.success", "transactionId": "txn_spaced", "amount": 5000.0 }""";
        var signature = Infrastructure.Installation.Sign("""{"event":"transaction.success","transactionId":"txn_spaced","amount":5000}""");
        var rewritten = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ingress.SendAsync(HostileIngress.Head(spaced, signature: signature) + spaced)));
        Assert.All(rewritten, answer => Assert.Equal(HttpStatusCode.OK, answer?.Status));
        await ingress.CountsAsync("kkiaevents_webhooks_refused_total", "reason=\"too_many\"");
    }

    [Fact]
    public async Task Authentic_webhooks_count_for_nothing()
    {
        await using var ingress = await system.StartAsync(Limit);
        for (var i = 0; i < 10 * Allowed; i++)
            await ingress.TakesAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await ingress.SendForgedAsync())?.Status);
    }

    [Fact]
    public async Task Everything_that_is_refused_counts()
    {
        await using var ingress = await system.StartAsync(Limit);
        await UntilLimitedAsync(ingress);
        var body = HostileIngress.Body;
        foreach (var request in new[]
        {
            HostileIngress.Head(body, path: "/webhook/kkiapay/nobody") + body,
            HostileIngress.Head(body, "Content-Encoding: gzip\r\n", signature: "guess") + body,
            HostileIngress.Head(body, signature: "") + body,
            HostileIngress.Head(body, signature: "guess") + body,
            HostileIngress.Head(body, length: "Content-Length: 70000\r\n"),
            HostileIngress.Head(body, length: "Transfer-Encoding: chunked\r\n") + "zz\r\n",
        })
            await LimitedAsync(ingress, () => ingress.SendAsync(request));
    }

    [Fact]
    public async Task A_made_up_X_Forwarded_For_neither_escapes_the_limit_nor_blames_another()
    {
        // Take out: reading the header only behind a named proxy.
        await using var ingress = await system.StartAsync(Limit);
        var n = 0;
        var limited = await UntilLimitedAsync(ingress, () => $"X-Forwarded-For: 198.51.100.{n++ % 250}\r\n", atMost: 5 * Allowed);
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.Status);
    }

    [Fact]
    public async Task Behind_a_named_proxy_each_sender_is_counted_by_itself()
    {
        await using var ingress = await system.StartAsync(Limit, ProxyOnLoopback);
        await UntilLimitedAsync(ingress, () => "X-Forwarded-For: 198.51.100.1\r\n");
        Assert.Equal(HttpStatusCode.Unauthorized, (await ingress.SendForgedAsync("X-Forwarded-For: 198.51.100.2\r\n"))?.Status);
        await ingress.TakesAsync("X-Forwarded-For: 198.51.100.1\r\n");
    }

    [Fact]
    public async Task What_a_sender_writes_into_the_header_before_the_proxy_does_is_not_believed()
    {
        await using var ingress = await system.StartAsync(Limit, ProxyOnLoopback);
        var n = 0;
        // The proxy adds the sender's address at the end; what stands before it is the sender's own invention.
        await UntilLimitedAsync(ingress, () => $"X-Forwarded-For: 198.51.100.{n++ % 250}, 203.0.113.5\r\n", atMost: 5 * Allowed);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ingress.SendForgedAsync("X-Forwarded-For: 198.51.100.1\r\n"))?.Status);
        // A second proxy of ours in the chain is passed over.
        await LimitedAsync(ingress, () => ingress.SendForgedAsync("X-Forwarded-For: 198.51.100.9, 203.0.113.5, 127.0.0.9\r\n"));
    }

    [Fact]
    public async Task Addresses_of_one_IPv6_network_of_64_bits_are_one_source()
    {
        await using var ingress = await system.StartAsync(Limit, ProxyOnLoopback);
        var n = 0;
        await UntilLimitedAsync(ingress, () => $"X-Forwarded-For: 2001:db8:1:2:{n++:x}::1\r\n", atMost: 5 * Allowed);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ingress.SendForgedAsync("X-Forwarded-For: 2001:db8:1:3::1\r\n"))?.Status);
    }

    [Fact]
    public async Task Only_allowed_sources_may_send_when_there_is_a_list()
    {
        await using var ingress = await system.StartAsync(ProxyOnLoopback, "--Ingress:AllowedSources:0=203.0.113.0/24", "--Ingress:AllowedSources:1=2001:db8::/32");
        await ingress.TakesAsync("X-Forwarded-For: 203.0.113.77\r\n");
        await ingress.TakesAsync("X-Forwarded-For: 2001:db8:9::1\r\n");
        foreach (var further in new[] { "", "X-Forwarded-For: 203.0.114.1\r\n", "X-Forwarded-For: 203.0.113.77, 203.0.114.1\r\n", "X-Forwarded-For: nonsense\r\n" })
        {
            var answer = await ingress.SendAsync(HostileIngress.Head(HostileIngress.Body, further) + HostileIngress.Body);
            Assert.Equal(HttpStatusCode.Forbidden, answer?.Status);
            Assert.True(answer!.IsProblem);
        }

        await ingress.CountsAsync("kkiaevents_webhooks_refused_total", "reason=\"source_not_allowed\"");
    }

    [Fact]
    public async Task Without_a_named_proxy_no_header_gets_anybody_onto_the_list()
    {
        await using var ingress = await system.StartAsync("--Ingress:AllowedSources:0=203.0.113.0/24");
        foreach (var further in new[] { "X-Forwarded-For: 203.0.113.77\r\n", "Forwarded: for=203.0.113.77\r\n", "X-Real-IP: 203.0.113.77\r\n" })
        {
            var answer = await ingress.SendAsync(HostileIngress.Head(HostileIngress.Body, further) + HostileIngress.Body);
            Assert.Equal(HttpStatusCode.Forbidden, answer?.Status);
        }
    }

    private static async Task<RawAnswer> UntilLimitedAsync(HostileIngress ingress, Func<string>? further = null, int atMost = 3 * Allowed)
    {
        for (var i = 0; i < atMost; i++)
        {
            var answer = await ingress.SendForgedAsync(further?.Invoke() ?? "");
            if (answer?.Status == HttpStatusCode.TooManyRequests)
            {
                Assert.True(i >= Allowed, $"Limited after {i}.");
                return answer;
            }

            Assert.Equal(HttpStatusCode.Unauthorized, answer?.Status);
        }

        throw new InvalidOperationException($"{atMost} forged webhooks, and no limit.");
    }

    // A token comes back each second: the source is limited again at once.
    private static Task LimitedAsync(HostileIngress ingress, Func<Task<RawAnswer?>> send) => Infrastructure.Condition.HoldsAsync("it is limited", async () =>
        (await send())?.Status == HttpStatusCode.TooManyRequests);
}
