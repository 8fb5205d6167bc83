using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.Json;
using KkiaEvents.Ingress;
using KkiaEvents.Tests.Integration.Infrastructure;
using KkiaEvents.Tests.Integration.Operating;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KkiaEvents.Tests.Integration.Hostile;

/// <summary>A broker for Ingresses of any setting. No Processor runs.</summary>
public sealed class HostileInstallation(Services services) : Installation(services)
{
    protected override int Processors => 0;

    protected override bool Subscribed => false;

    /// <summary>The usual Ingress.</summary>
    public HostileIngress Usual => new(Ingress.BaseAddress!, null, "");

    /// <summary>One more Ingress, with settings of its own.</summary>
    public Task<HostileIngress> StartAsync(params string[] settings) => StartAsync(null, settings);

    /// <summary>One more Ingress, with settings of its own, that logs to where a test looks.</summary>
    public async Task<HostileIngress> StartAsync(LogLines? log, params string[] settings)
    {
        var spool = Directory.CreateTempSubdirectory("kkiaevents-spool-").FullName;
        var app = IngressApp.Build(
        [
            "--urls=http://127.0.0.1:0", "--Operations:Url=shared", "--Log:Level=Fatal", $"--ConnectionStrings:RabbitMq={AmqpUri}", $"--Ingress:Spool:Directory={spool}",
            $"--Kkiapay:Merchants:default:WebhookSecrets:0={Secret}", .. settings,
        ], builder =>
        {
            if (log is not null)
                builder.Services.AddSingleton(LoggerFactory.Create(logging => logging.AddProvider(log)));
        });
        var tally = new CounterTally(app.Services.GetRequiredService<IMeterFactory>(), "kkiaevents.webhooks.refused");
        await app.StartAsync();
        return new(new(app.Urls.First()), app, spool, tally);
    }
}

/// <summary>An Ingress, and what one may send to it.</summary>
public sealed class HostileIngress(Uri address, WebApplication? app, string spool, CounterTally? tally = null) : IAsyncDisposable
{
    public const string Body = """{"event":"transaction.success","transactionId":"txn_good","isPaymentSucces":true,"amount":5000}""";

    private readonly HttpClient _http = new() { BaseAddress = address };

    public Uri WebhookUrl => new(address, "/webhook/kkiapay");

    public Task<RawConnection> OpenAsync(IPAddress? from = null) => RawConnection.OpenAsync(address, from);

    /// <summary>A connection to where it speaks TLS; TLS is not agreed on yet.</summary>
    public Task<RawConnection> OpenForTlsAsync(IPAddress from) => RawConnection.OpenAsync(new(app!.Urls.Single(u => u.StartsWith("https:", StringComparison.Ordinal))), from);

    /// <summary>A request's head as KKiaPay sends it; further headers end each with CR LF.</summary>
    public static string Head(string body, string further = "", string? signature = null, string path = "/webhook/kkiapay", string? length = null) =>
        $"POST {path} HTTP/1.1\r\nHost: ingress\r\nContent-Type: application/json\r\nx-kkiapay-secret: {signature ?? Installation.Sign(body)}\r\n"
        + (length ?? $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n") + further + "\r\n";

    /// <summary>Sends a good webhook from an address, or a forged one; null when the connection ended without an answer.</summary>
    public async Task<RawAnswer?> SendFromAsync(IPAddress from, bool forged = false)
    {
        await using var connection = await OpenAsync(from);
        await connection.SendAsync(Head(Body, signature: forged ? new string('0', 64) : null) + Body);
        return await connection.ReadAnswerAsync();
    }

    /// <summary>Sends on a connection of its own; null when the connection ended without an answer.</summary>
    public async Task<RawAnswer?> SendAsync(params byte[][] parts)
    {
        await using var connection = await OpenAsync();
        await connection.SendAsync(parts);
        return await connection.ReadAnswerAsync();
    }

    public Task<RawAnswer?> SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends an authentic body, whatever its bytes.</summary>
    public Task<RawAnswer?> SendAuthenticAsync(byte[] body, string further = "") => SendAsync(
        Encoding.ASCII.GetBytes(Head("", further, signature: Installation.Secret, length: $"Content-Length: {body.Length}\r\n")), body);

    public Task<RawAnswer?> SendForgedAsync(string further = "") => SendAsync(Head(Body, further, signature: new string('0', 64)) + Body);

    /// <summary>A good webhook, on a new connection, is taken.</summary>
    public async Task TakesAsync(string further = "")
    {
        var answer = await SendAsync(Head(Body, further) + Body);
        Assert.Equal(HttpStatusCode.OK, answer?.Status);
        Assert.Equal("""{"received":true}""", answer!.Body);
    }

    /// <summary>Refused in words, and the next good webhook taken.</summary>
    public async Task RefusesAsync(RawAnswer? answer, HttpStatusCode expected, string? because = null)
    {
        Assert.Equal(expected, answer?.Status);
        Assert.True(answer!.IsProblem, answer.Head);
        var problem = JsonSerializer.Deserialize<JsonElement>(answer.Body[answer.Body.IndexOf('{', StringComparison.Ordinal)..(answer.Body.LastIndexOf('}') + 1)]);
        Assert.Equal((int)expected, problem.GetProperty("status").GetInt32());
        if (because is not null)
            Assert.Contains(because, problem.GetProperty("detail").GetString());
        await TakesAsync();
    }

    /// <summary>Refused by the server itself before our code hears of it, and the next good webhook taken.</summary>
    public async Task ServerRefusesAsync(RawAnswer? answer, HttpStatusCode expected)
    {
        Assert.Equal(expected, answer?.Status);
        Assert.True(answer!.ClosesConnection, answer.Head);
        await TakesAsync();
    }

    /// <summary>Waits until /metrics shows a line with all of these.</summary>
    public Task CountsAsync(params string[] parts) => Condition.HoldsAsync($"/metrics has {string.Join(' ', parts)}", async () =>
        (await _http.GetStringAsync("/metrics")).Split('\n').Any(line => parts.All(p => line.Contains(p, StringComparison.Ordinal))));

    /// <summary>How many webhooks were refused for a reason, or for any: of this Ingress alone.</summary>
    public long Refused(string? reason = null) => tally!.Of(reason);

    /// <summary>How many connections the server has open, as /metrics says.</summary>
    public async Task<int> ConnectionsAsync() => (await _http.GetStringAsync("/metrics")).Split('\n')
        .Where(line => line.StartsWith("kestrel_active_connections{", StringComparison.Ordinal))
        .Sum(line => int.Parse(line[(line.LastIndexOf('}') + 2)..].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        tally?.Dispose();
        if (app is null)
            return;
        await app.StopAsync();
        await app.DisposeAsync();
        Directory.Delete(spool, recursive: true);
    }
}
