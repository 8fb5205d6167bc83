using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using KkiaEvents.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KkiaEvents.Tests.Unit.ServiceDefaults;

/// <summary>What tells about the inside is served where operators are, and a public address serves none of it.</summary>
public sealed class OperationsListenerTests : IDisposable
{
    private readonly HttpClient _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_public_address_tells_one_word_of_its_health_and_no_metrics()
    {
        var operations = Free();
        await using var app = await StartAsync(operations, "--urls=http://127.0.0.1:0");
        var address = app.Urls.First();

        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync(new Uri($"{address}/metrics"))).StatusCode);
        using var ready = await _client.GetAsync(new Uri($"{address}/health/ready"));
        Assert.Equal((HttpStatusCode.OK, """{"status":"Degraded"}"""), (ready.StatusCode, await ready.Content.ReadAsStringAsync()));
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(new Uri($"{address}/health/live"))).StatusCode);
        Assert.Equal("work", await _client.GetStringAsync(new Uri($"{address}/work")));

        Assert.Contains("target_info", await _client.GetStringAsync(new Uri(operations, "/metrics")), StringComparison.Ordinal);
        Assert.Equal("a spool on 10.1.2.3", DetailOf(await _client.GetStringAsync(new Uri(operations, "/health/ready"))));
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync(new Uri(operations, "/work"))).StatusCode);
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/metrics/")]
    [InlineData("/METRICS")]
    [InlineData("//metrics")]
    [InlineData("/%6detrics")]
    public async Task No_header_and_no_spelling_gets_metrics_from_a_public_address(string path)
    {
        var operations = Free();
        await using var app = await StartAsync(operations, "--urls=http://127.0.0.1:0");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Urls.First() + path));
        request.Headers.Host = operations.Authority;
        request.Headers.Add("X-Forwarded-Host", operations.Authority);
        request.Headers.Add("X-Forwarded-Port", operations.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(HttpStatusCode.NotFound, (await _client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_load_balancer_is_told_by_the_status_that_a_service_is_not_ready()
    {
        await using var app = await StartAsync(Free(), "--urls=http://127.0.0.1:0", "--unhealthy=true");
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var request = new HttpRequestMessage(method, new Uri($"{app.Urls.First()}/health/ready"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _client.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task A_setting_allows_both_on_the_services_own_address()
    {
        await using var app = await StartAsync(Free(), "--urls=http://127.0.0.1:0", "--Operations:Url=shared");
        Assert.Contains("target_info", await _client.GetStringAsync(new Uri($"{app.Urls.Single()}/metrics")), StringComparison.Ordinal);
        Assert.Equal("a spool on 10.1.2.3", DetailOf(await _client.GetStringAsync(new Uri($"{app.Urls.Single()}/health/ready"))));
    }

    [Fact]
    public async Task It_listens_beside_ports_and_endpoints_too()
    {
        foreach (var own in new[] { "--http_ports", "--Kestrel:Endpoints:Web:Url" })
        {
            var (port, operations) = (Free(), Free());
            await using var app = await StartAsync(operations, own == "--http_ports" ? $"{own}={port.Port}" : $"{own}={port.GetLeftPart(UriPartial.Authority)}");
            Assert.Equal("work", await _client.GetStringAsync(new Uri(port, "/work")));
            Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync(new Uri(port, "/metrics"))).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(new Uri(operations, "/metrics"))).StatusCode);
        }
    }

    [Theory]
    [InlineData("everywhere")]
    [InlineData("https://127.0.0.1:9464")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://127.0.0.1:9464/metrics")]
    [InlineData("http://10.0.0.1:8080")]
    public void An_address_that_is_none_or_is_the_services_own_stops_the_start(string url)
    {
        var wrong = Assert.Throws<ConfigurationProblemException>(() => ServiceHost.CreateBuilder(["--urls=http://127.0.0.1:8080", $"--Operations:Url={url}"], "ingress"));
        Assert.Equal("Operations__Url", Assert.Single(wrong.Problems).Key);
    }

    private static string? DetailOf(string health) => JsonDocument.Parse(health).RootElement.GetProperty("checks").GetProperty("spool").GetProperty("description").GetString();

    private static async Task<WebApplication> StartAsync(Uri operations, params string[] args)
    {
        var builder = ServiceHost.CreateBuilder([.. args, "--Log:Level=Fatal"], "ingress", operations: operations.GetLeftPart(UriPartial.Authority));
        var unhealthy = builder.Configuration["unhealthy"] is not null;
        builder.Services.AddHealthChecks().AddCheck("spool", () => unhealthy ? HealthCheckResult.Unhealthy() : HealthCheckResult.Degraded("a spool on 10.1.2.3"), [ServiceHost.Ready]);
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGet("/work", () => "work");
        await app.StartAsync();
        return app;
    }

    private static Uri Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }
}
