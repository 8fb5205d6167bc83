using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace KkiaEvents.Tests.Integration.Secrets;

/// <summary>Takes what services export over OTLP, and keeps the bytes: protobuf holds texts as they are.</summary>
internal sealed class SpanCollector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SpanCollector(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public static async Task<SpanCollector> StartAsync(Evidence evidence)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapPost("/{**any}", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            evidence.Add($"trace {context.Request.Path}", body.ToArray());
            context.Response.ContentType = "application/x-protobuf";
        });
        await app.StartAsync();
        return new(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
