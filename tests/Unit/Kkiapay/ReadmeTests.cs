using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KkiaEvents.Kkiapay;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KkiaEvents.Tests.Unit.Kkiapay;

/// <summary>The example of the package's README, compiled and run; and the README still shows just that.</summary>
public sealed class ReadmeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_example_takes_a_signed_webhook_and_verifies_it()
    {
        var provider = new Provider(_ => Provider.Complete());
        await using var app = Example(provider, ["--urls", "http://127.0.0.1:0"]);
        await app.StartAsync(Stop);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        var body = $$"""{"event":"transaction.success","transactionId":"{{Provider.Id}}"}""";

        using var signed = await Post(http, body, Convert.ToHexStringLower(HMACSHA256.HashData("whsec"u8, Encoding.UTF8.GetBytes(body))));
        using var forged = await Post(http, body, "guess");
        using var odd = await Post(http, "{}", "whsec");

        Assert.Equal(HttpStatusCode.OK, signed.StatusCode);
        Assert.True((await signed.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("paid").GetBoolean());
        Assert.Equal(HttpStatusCode.Unauthorized, forged.StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, odd.StatusCode);
        Assert.Single(provider.Requests);
    }

    [Fact]
    public void The_README_shows_what_this_file_compiles()
    {
        var readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Kkiapay", "README.md"));
        var source = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Kkiapay", "ReadmeTests.cs")).Select(l => l.Trim()).ToHashSet();
        var example = readme.Split("```csharp")[1].Split("```")[0].Split('\n').Select(l => l.Trim())
            // Where the test needs its own server and its own end.
            .Where(l => l is not ("" or "app.Run();"));

        Assert.All(example, line => Assert.Contains(line, source));
    }

    private static WebApplication Example(Provider provider, string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Configuration.AddInMemoryCollection(
            [new("Kkiapay:Merchants:default:PrivateKey", "private-1"), new("Kkiapay:Merchants:default:WebhookSecrets:0", "whsec")]);
        builder.Logging.ClearProviders();

        // In a header, bytes above 127 are no reason to refuse a webhook: Kestrel alone takes UTF-8 only, and answers 400.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1);
        builder.Services.AddKkiapay("default", builder.Configuration.GetSection("Kkiapay:Merchants:default"));
        provider.AttachTo(builder.Services);
        var secrets = builder.Configuration.GetSection("Kkiapay:Merchants:default:WebhookSecrets").Get<string[]>() ?? [];
        var app = builder.Build();

        app.MapPost("/webhook/kkiapay", async (HttpRequest request, IKkiapayClient kkiapay, CancellationToken stop) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, stop);
            var header = request.Headers[WebhookSignature.HeaderName].ToString();
            if (WebhookSignature.Check(body.ToArray(), header, secrets) == SignatureForm.None)
                return Results.Unauthorized();
            if (!KkiapayWebhook.TryParse(body.ToArray(), out var webhook, out var problem))
                return Results.UnprocessableEntity(problem);

            // A webhook is a hint. Only what the API answers is a fact, and its amount must be what the order is due.
            var payment = await kkiapay.VerifyAsync(webhook.TransactionId, stop);
            return Results.Ok(new { received = true, paid = payment is { Status: TransactionStatus.Complete, Amount: 5000 } });
        });
        return app;
    }

    private static async Task<HttpResponseMessage> Post(HttpClient http, string body, string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhook/kkiapay")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add(WebhookSignature.HeaderName, header);
        return await http.SendAsync(request, Stop);
    }
}
