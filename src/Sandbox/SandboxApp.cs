using KkiaEvents.Sandbox.Control;
using KkiaEvents.Sandbox.Faults;
using KkiaEvents.Sandbox.Merchants;
using KkiaEvents.Sandbox.Payments;
using KkiaEvents.Sandbox.ProviderApi;
using KkiaEvents.Sandbox.Webhooks;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace KkiaEvents.Sandbox;

/// <summary>A stand-in for KKiaPay: its API in both dialects, its webhooks, and faults on demand. In memory only.</summary>
public static class SandboxApp
{
    /// <summary>Where it listens when neither <c>--urls</c> nor <c>ASPNETCORE_URLS</c> says otherwise.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8090";

    /// <summary>Builds the program, not yet started; the caller runs or starts it, and disposes it.</summary>
    /// <param name="args">
    /// Command line, as of any ASP.NET Core host: <c>--urls http://127.0.0.1:0</c>,
    /// <c>--Sandbox:Merchants:default:WebhookUrl=http://127.0.0.1:5000/webhook/kkiapay</c>.
    /// </param>
    /// <exception cref="SandboxRefusedException">A setting is missing or wrong, or one of production; the message names its key.</exception>
    public static WebApplication Build(string[] args) => Build(args, static _ => { });

    internal static WebApplication Build(string[] args, Action<IServiceCollection> replace)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        // Docker's and Kubernetes' secrets: one file a key, named as the environment variable would be.
        builder.Configuration.AddKeyPerFile(builder.Configuration["SecretsDirectory"] ?? "/run/secrets", optional: true);
        NotInProduction.Check(builder.Configuration);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null)
            builder.WebHost.UseUrls(DefaultUrl);

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.RequestHeaderEncodingSelector = ServiceDefaults.HeaderBytes.EncodingOf);
        replace(builder.Services);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(MerchantDirectory.From(builder.Configuration));
        builder.Services.AddSingleton<PaymentBook>();
        builder.Services.AddSingleton<FaultGate>();
        builder.Services.AddSingleton<SandboxStats>();
        builder.Services.AddSingleton<DeliveryLog>();
        builder.Services.AddSingleton<WebhookTransport>();
        builder.Services.AddSingleton<WebhookSender>();
        builder.Services.AddSingleton<ProviderEndpoints>();
        SandboxMetrics.AddTo(builder.Services);

        var app = builder.Build();
        app.Services.GetRequiredService<SandboxMetrics>();
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapProviderApi();
        app.MapControlApi();
        app.MapGet("/health/live", () => Results.Text("Healthy"));
        app.MapGet("/health/ready", () => Results.Text("Healthy"));
        app.MapFallback(() => Results.Problem("No such endpoint; the README of the sandbox lists them.", statusCode: 404));
        return app;
    }
}
