using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KkiaEvents.Tests.Unit.Sandbox;

/// <summary>A merchant's webhook address on a free loopback port; keeps what it gets.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;
    private readonly Channel<Received> _received = Channel.CreateUnbounded<Received>();
    private int _count;

    private WebhookReceiver(WebApplication app) => _app = app;

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = 200;

    public int Count => Volatile.Read(ref _count);

    public string Url => _app.Urls.Single() + "/webhook/kkiapay";

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var receiver = new WebhookReceiver(builder.Build());
        receiver._app.MapPost("/webhook/kkiapay", receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public async Task<Received> NextAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await _received.Reader.ReadAsync(deadline.Token);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext call)
    {
        using var body = new MemoryStream();
        await call.Request.Body.CopyToAsync(body);
        Interlocked.Increment(ref _count);
        call.Response.StatusCode = Status;
        if (Status is >= 300 and < 400) call.Response.Headers.Location = Url;
        _received.Writer.TryWrite(new Received(
            body.ToArray(), call.Request.Headers["x-kkiapay-secret"], call.Request.ContentType));
    }

    internal sealed record Received(byte[] Body, string? Signature, string? ContentType)
    {
        public string Text => System.Text.Encoding.UTF8.GetString(Body);
    }
}
