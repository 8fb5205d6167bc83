using System.Net;
using System.Security.Cryptography;
using System.Text;
using KkiaEvents.Console;
using KkiaEvents.Processor;
using KkiaEvents.Sandbox;
using KkiaEvents.Tests.Integration.Infrastructure;
using Microsoft.AspNetCore.Builder;

namespace KkiaEvents.Tests.Integration.Hostile;

/// <summary>Bytes above 127 in a request's headers, on the real server: Latin-1 as most clients write them, UTF-8, or neither.</summary>
public class HeaderBytesTests(HostileInstallation system) : IClassFixture<HostileInstallation>
{
    private const string Accented = "clé-secrète-2024";
    private const string Good = HostileIngress.Body;
    private const string SecondSecret = $"--Kkiapay:Merchants:default:WebhookSecrets:1={Accented}";

    [Theory]
    [InlineData("iso-8859-1")]
    [InlineData("utf-8")]
    public async Task A_secret_with_accents_is_taken_in_the_bytes_of_either_encoding(string encoding)
    {
        await using var ingress = await system.StartAsync(SecondSecret);
        var bytes = Encoding.GetEncoding(encoding).GetBytes(Accented);
        Assert.Equal(HttpStatusCode.OK, (await ingress.SendAsync(Signed(bytes), Encoding.UTF8.GetBytes(Good)))?.Status);
        var hmac = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(HMACSHA256.HashData(bytes, Encoding.UTF8.GetBytes(Good))));
        Assert.Equal(HttpStatusCode.OK, (await ingress.SendAsync(Signed(hmac), Encoding.UTF8.GetBytes(Good)))?.Status);
    }

    [Fact]
    public async Task A_wrong_secret_with_accents_is_refused_in_words_and_counted()
    {
        await using var ingress = await system.StartAsync(SecondSecret);
        await ingress.RefusesAsync(await ingress.SendAsync(Signed(Encoding.Latin1.GetBytes("clé-secrete-2024")), Encoding.UTF8.GetBytes(Good)), HttpStatusCode.Unauthorized, "fits none");
        await ingress.CountsAsync("kkiaevents_webhooks_refused_total", "reason=\"wrong_signature\"");
    }

    [Theory]
    [InlineData("X-Client-Name: Soci\u00e9t\u00e9")]
    [InlineData("User-Agent: caf\u00e9/1.0")]
    [InlineData("Cookie: a=\u00ff\u00fe; b=\u0080")]
    [InlineData("X-Forwarded-For: \u00e9")]
    [InlineData("traceparent: 00-\u00e9-\u00e9-01")]
    [InlineData("Accept-Language: fr-B\u00e9nin")]
    [InlineData("Content-Encoding: \u00e9")]
    [InlineData("Authorization: Basic \u00c3\u00a9\u00c3")]
    [InlineData("Origin: http://soci\u00e9t\u00e9.example")]
    [InlineData("Via: 1.1 mandataire-\u00e0-c\u00f4t\u00e9")]
    public async Task Bytes_above_127_in_a_header_that_is_not_ours_change_nothing(string header) => Assert.Equal(
        HttpStatusCode.OK, (await system.Usual.SendAsync(Encoding.Latin1.GetBytes(HostileIngress.Head(Good, $"{header}\r\n")), Encoding.UTF8.GetBytes(Good)))?.Status);

    [Theory]
    [InlineData("soci\u00e9t\u00e9.example")]
    [InlineData("\u00c3\u00a9:8080")]
    [InlineData("\u00ff")]
    public async Task Bytes_above_127_in_the_host_or_the_type_change_nothing(string bytes)
    {
        var head = HostileIngress.Head(Good);
        foreach (var changed in new[] { head.Replace("Host: ingress", $"Host: {bytes}", StringComparison.Ordinal), head.Replace("application/json", bytes, StringComparison.Ordinal) })
            Assert.Equal(HttpStatusCode.OK, (await system.Usual.SendAsync(Encoding.Latin1.GetBytes(changed), Encoding.UTF8.GetBytes(Good)))?.Status);
    }

    [Theory]
    [InlineData("console")]
    [InlineData("processor")]
    [InlineData("sandbox")]
    public async Task Bytes_above_127_in_a_header_change_nothing_for_any_service(string service)
    {
        string[] nowhere =
        [
            "--urls=http://127.0.0.1:0", "--Log:Level=Fatal", "--ConnectionStrings:RabbitMq=amqp://u:p@127.0.0.1:1/", "--ConnectionStrings:Ledger=Host=127.0.0.1;Port=1;Username=u;Password=p;Database=d",
            "--Kkiapay:Merchants:default:PrivateKey=tpk",
        ];
        await using WebApplication app = service switch
        {
            "console" => ConsoleApp.Build(nowhere),
            "processor" => ProcessorApp.Build(nowhere),
            _ => SandboxApp.Build(["--urls=http://127.0.0.1:0"]),
        };
        await app.StartAsync();
        await using var connection = await RawConnection.OpenAsync(new(app.Urls.First()));
        await connection.SendAsync("GET /health/live HTTP/1.1\r\nHost: caf\u00e9\r\nX-Client-Name: Soci\u00e9t\u00e9\r\nConnection: close\r\n\r\n");
        Assert.Contains("Healthy", await connection.ReadToEndAsync());
    }

    [Fact]
    public async Task The_stand_in_sends_a_secret_with_accents_as_KKiaPays_own_client_does()
    {
        await using var ingress = await system.StartAsync(SecondSecret);
        await using var sandbox = SandboxApp.Build(
            ["--urls=http://127.0.0.1:0", $"--Sandbox:Merchants:default:WebhookSecret={Accented}", $"--Sandbox:Merchants:default:WebhookUrl={ingress.WebhookUrl}"]);
        await sandbox.StartAsync();
        await new Provider(new(sandbox.Urls.First())).PayAsync(new { amount = 5000, outcome = "success", signature = "secret", webhook = true });
        await ingress.CountsAsync("kkiaevents_webhooks_received_total", "event=\"transaction.success\"");
    }

    private static byte[] Signed(byte[] signature)
    {
        const string mark = "MARK";
        var head = HostileIngress.Head(Good, signature: mark).Split(mark);
        return [.. Encoding.ASCII.GetBytes(head[0]), .. signature, .. Encoding.ASCII.GetBytes(head[1])];
    }
}
