using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using KkiaEvents.Sandbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Tests.Unit.Sandbox;

/// <summary>The stand-in on a free loopback port, with two merchants whose webhooks go to one receiver.</summary>
internal sealed class SandboxHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private SandboxHost(WebApplication app, WebhookReceiver receiver)
    {
        _app = app;
        Receiver = receiver;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromSeconds(20) };
    }

    public WebhookReceiver Receiver { get; }

    public Uri Address => _http.BaseAddress!;

    public static async Task<SandboxHost> StartAsync(TimeProvider? time = null)
    {
        var receiver = await WebhookReceiver.StartAsync();
        var app = SandboxApp.Build(
            [
                "--urls", "http://127.0.0.1:0",
                $"--Sandbox:Merchants:default:WebhookUrl={receiver.Url}",
                "--Sandbox:Merchants:other:PublicKey=pk_other",
                "--Sandbox:Merchants:other:PrivateKey=sk_other",
                "--Sandbox:Merchants:other:SecretKey=secret_other",
                "--Sandbox:Merchants:other:WebhookSecret=whsec_other",
                $"--Sandbox:Merchants:other:WebhookUrl={receiver.Url}",
            ],
            services =>
            {
                if (time is not null) services.AddSingleton(time);
            });
        await app.StartAsync();
        return new SandboxHost(app, receiver);
    }

    public Task<Answer> CreateAsync(string json) => PostAsync("/sandbox/payments", json);

    public Task<Answer> RestAsync(string id, string privateKey = "sk_sandbox", string root = "/v1") =>
        SendAsync(HttpMethod.Get, $"{root}/transactions/{id}", null, ("X-Private-Key", privateKey));

    public Task<Answer> RefundRestAsync(string id, string privateKey = "sk_sandbox") => SendAsync(
        HttpMethod.Post, $"/v1/transactions/{id}/refund", """{"reason":"asked"}""", ("X-Private-Key", privateKey));

    public Task<Answer> SdkAsync(string id, string call = "status", string publicKey = "pk_sandbox", string privateKey = "sk_sandbox", string secretKey = "secret_sandbox") =>
        SendAsync(
            HttpMethod.Post,
            $"/api/v1/transactions/{call}",
            JsonSerializer.Serialize(new { transactionId = id }),
            ("x-api-key", publicKey),
            ("x-private-key", privateKey),
            ("x-secret-key", secretKey));

    /// <summary>A call with every header of both dialects, whose body is sent as a form.</summary>
    public Task<Answer> FormAsync(string path, string body) => SendAsync(
        HttpMethod.Post, path, body, "application/x-www-form-urlencoded", ("x-api-key", "pk_sandbox"), ("x-private-key", "sk_sandbox"), ("x-secret-key", "secret_sandbox"));

    public Task<Answer> FaultsAsync(string json) => SendAsync(HttpMethod.Put, "/sandbox/faults", json);

    public Task<Answer> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json);

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    /// <summary>Asks until the answer holds.</summary>
    public async Task<Answer> EventuallyAsync(string path, Func<JsonElement, bool> holds)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var answer = await GetAsync(path);
            if (holds(answer.Json)) return answer;
            await Task.Delay(5, deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    private Task<Answer> SendAsync(HttpMethod method, string path, string? json, params (string, string)[] headers) =>
        SendAsync(method, path, json, "application/json", headers);

    private async Task<Answer> SendAsync(HttpMethod method, string path, string? body, string type, params (string, string)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, type);
        using var response = await _http.SendAsync(request);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.RetryAfter);
    }

    internal sealed record Answer(int Status, string Text, RetryConditionHeaderValue? RetryAfter)
    {
        public JsonElement Json => JsonElement.Parse(Text);

        public string? this[string field] =>
            Json.TryGetProperty(field, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null;

        public string Fields => string.Join(' ', Json.EnumerateObject().Select(p => p.Name));
    }
}
