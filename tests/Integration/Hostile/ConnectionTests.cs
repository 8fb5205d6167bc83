using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Hostile;

/// <summary>Who takes connections and says nothing takes them from nobody else. Loopback has as many sources as one likes: 127.0.0.2, 127.0.0.3 …</summary>
public sealed class ConnectionTests(HostileInstallation system) : IClassFixture<HostileInstallation>, IAsyncDisposable
{
    private const string ProxyOnLoopback = "--Ingress:Proxies:0=127.0.0.0/8";

    private static readonly IPAddress First = IPAddress.Parse("127.0.0.2");
    private static readonly IPAddress Second = IPAddress.Parse("127.0.0.3");
    private static readonly IPAddress Third = IPAddress.Parse("127.0.0.4");

    private readonly List<RawConnection> _held = [];

    [Fact]
    public async Task Two_sources_that_hold_all_they_can_in_silence_keep_no_webhook_of_a_third_out()
    {
        // Take out: a source's share. The defaults, as an installation has them.
        await using var ingress = await system.StartAsync();
        foreach (var source in new[] { First, Second })
            await Task.WhenAll(Enumerable.Range(0, 2048).Select(_ => HoldAsync(ingress, source, "")));

        Assert.Equal(HttpStatusCode.OK, (await ingress.SendFromAsync(Third))?.Status);
        await ingress.CountsAsync("kkiaevents_connections_refused_total", "reason=\"too_many_from_source\"");
    }

    [Fact]
    public async Task Strangers_together_leave_room_for_who_is_known()
    {
        // Take out: the room that is kept.
        await using var ingress = await system.StartAsync("--Ingress:Limits:Connections=16", "--Ingress:Limits:ConnectionsPerSource=4", "--Ingress:AllowedSources:0=127.0.0.1", "--Ingress:AllowedSources:1=127.0.0.4");
        for (var source = 20; source < 24; source++)
        {
            for (var i = 0; i < 4; i++)
                await HoldAsync(ingress, IPAddress.Parse($"127.0.0.{source}"), "POST /webh");
        }

        await ingress.CountsAsync("kkiaevents_connections_refused_total", "reason=\"too_many_strangers\"");
        Assert.Equal(HttpStatusCode.OK, (await ingress.SendFromAsync(Third))?.Status);
    }

    [Fact]
    public async Task A_source_of_an_authentic_webhook_is_known_from_then_on()
    {
        await using var ingress = await system.StartAsync("--Ingress:Limits:Connections=16", "--Ingress:Limits:ConnectionsPerSource=2");
        foreach (var source in new[] { Third, IPAddress.Loopback })
            Assert.Equal(HttpStatusCode.OK, (await ingress.SendFromAsync(source))?.Status);
        for (var source = 20; source < 28; source++)
        {
            for (var i = 0; i < 2; i++)
                await HoldAsync(ingress, IPAddress.Parse($"127.0.0.{source}"), "POST /webh");
        }

        await ingress.CountsAsync("kkiaevents_connections_refused_total", "reason=\"too_many_strangers\"");
        // More than a stranger's share, and more than the strangers left over.
        for (var i = 0; i < 3; i++)
            await HoldAsync(ingress, Third, "");
        Assert.Equal(HttpStatusCode.OK, (await ingress.SendFromAsync(Third))?.Status);
    }

    [Fact]
    public async Task One_source_has_so_many_connections_and_no_more()
    {
        await using var ingress = await system.StartAsync("--Ingress:Limits:ConnectionsPerSource=3");
        for (var i = 0; i < 3; i++)
            await HoldAsync(ingress, First, "POST /webh");
        // A forged one, since who sent a good one is known.
        await Condition.HoldsAsync("a fourth is refused", async () => await ingress.SendFromAsync(First, forged: true) is null);
        await ingress.CountsAsync("kkiaevents_connections_refused_total", "reason=\"too_many_from_source\"");
        await ReleaseAsync();
        await Condition.HoldsAsync("a webhook is taken again", async () => (await ingress.SendFromAsync(First))?.Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_named_proxy_has_as_many_connections_as_it_needs_and_may_open_them_ahead()
    {
        await using var ingress = await system.StartAsync("--Ingress:Limits:ConnectionsPerSource=3", ProxyOnLoopback);
        for (var i = 0; i < 10; i++)
            await HoldAsync(ingress, First, "");
        Assert.Equal(HttpStatusCode.OK, (await ingress.SendFromAsync(First))?.Status);
        // By the time that a stranger's silent connection is closed, these still serve.
        await using var stranger = await system.Usual.OpenAsync(Second);
        Assert.Equal("", await stranger.ReadToEndAsync());
        foreach (var connection in _held)
        {
            Assert.True(await connection.SendAsync(HostileIngress.Head(HostileIngress.Body) + HostileIngress.Body));
            Assert.Equal(HttpStatusCode.OK, (await connection.ReadAnswerAsync())?.Status);
        }
    }

    [Fact]
    public async Task All_sources_together_have_so_many_connections_and_no_more()
    {
        await using var ingress = await system.StartAsync("--Ingress:Limits:Connections=16", ProxyOnLoopback);
        for (var i = 0; i < 16; i++)
            await HoldAsync(ingress, First, "");
        await Condition.HoldsAsync("a further one is refused", async () => await ingress.SendFromAsync(First) is null);
        await ReleaseAsync();
        await Condition.HoldsAsync("a webhook is taken again", async () => (await ingress.SendFromAsync(First))?.Status == HttpStatusCode.OK);
        await ingress.CountsAsync("kestrel_rejected_connections_total");
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("\r\n", null)]
    [InlineData("\r\n", "\r\n")]
    [InlineData("P", "O")]
    public async Task A_connection_without_a_request_is_closed_and_the_next_webhook_is_taken(string start, string? drip)
    {
        // Take out: FirstRequest; the server's own clock for the first request is the one between two, and empty lines start none.
        await using var ingress = await system.StartAsync();
        await using var connection = await ingress.OpenAsync(First);
        await connection.SendAsync(start);
        var end = connection.ReadToEndAsync();
        while (!end.IsCompleted && (drip is null || await connection.SendAsync(drip)))
            await Task.WhenAny(end, Task.Delay(250));
        Assert.Matches("^(HTTP/1.1 (400|408) |$)", await end);
        if (start is "" or "\r\n")
            await ingress.CountsAsync("kkiaevents_connections_refused_total", "reason=\"silent\"");
        Assert.Equal(HttpStatusCode.OK, (await ingress.SendFromAsync(First))?.Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_TLS_connection_that_shakes_no_hands_or_says_nothing_after_is_closed(bool shaken)
    {
        var certificate = Certificate();
        await using var ingress = await system.StartAsync("--urls=http://127.0.0.1:0;https://127.0.0.1:0", $"--Kestrel:Certificates:Default:Path={certificate}", "--Kestrel:Certificates:Default:Password=test");
        await using var connection = await ingress.OpenForTlsAsync(First);
        if (shaken)
        {
            await using var secure = await connection.ShakeHandsAsync();
            Assert.Equal("", await secure.ReadToEndAsync());
        }
        else
        {
            // A record of a handshake begins, and does not go on.
            await connection.SendAsync([0x16, 0x03, 0x01]);
            await connection.ReadToEndAsync();
        }

        Assert.Equal(HttpStatusCode.OK, (await ingress.SendFromAsync(First))?.Status);
        File.Delete(certificate);
    }

    [Fact]
    public async Task Only_who_sent_an_authentic_webhook_keeps_the_connection()
    {
        await using var ingress = await system.StartAsync();
        var body = HostileIngress.Body;
        foreach (var request in new[] { "GET /health/live HTTP/1.1\r\nHost: ingress\r\n\r\n", "GET /nowhere HTTP/1.1\r\nHost: ingress\r\n\r\n", HostileIngress.Head(body, signature: new string('0', 64)) + body })
        {
            await using var connection = await ingress.OpenAsync(First);
            await connection.SendAsync(request);
            Assert.Contains("Connection: close", await connection.ReadToEndAsync(), StringComparison.OrdinalIgnoreCase);
        }

        await using var good = await ingress.OpenAsync(First);
        for (var i = 0; i < 3; i++)
        {
            await good.SendAsync(HostileIngress.Head(body) + body);
            Assert.Equal(HttpStatusCode.OK, (await good.ReadAnswerAsync())?.Status);
        }
    }

    public async ValueTask DisposeAsync() => await ReleaseAsync();

    private async Task HoldAsync(HostileIngress ingress, IPAddress source, string start)
    {
        var connection = await ingress.OpenAsync(source);
        lock (_held)
            _held.Add(connection);
        await connection.SendAsync(start);
    }

    private async Task ReleaseAsync()
    {
        foreach (var connection in _held)
            await connection.DisposeAsync();
        _held.Clear();
    }

    internal static string Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=ingress", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = Path.Combine(Path.GetTempPath(), $"kkiaevents-{Guid.NewGuid():n}.pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pfx, "test"));
        return path;
    }
}
