using KkiaEvents.Ingress.Limits;
using KkiaEvents.Ingress.Publishing;
using KkiaEvents.Ingress.Spooling;
using KkiaEvents.Ingress.Webhooks;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Ingress;

/// <summary>The thin endpoint: checks that a webhook is authentic, and answers 2xx once the broker has it, or the spool.</summary>
public static class IngressApp
{
    /// <summary>Composes it.</summary>
    /// <exception cref="ConfigurationProblemException">Keys are missing or wrong.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ServiceHost.CreateBuilder(args, "ingress", operations: OperationsListener.Own);
        configure?.Invoke(builder);
        var options = IngressOptions.Read(builder.Configuration);

        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Merchants>();
        builder.Services.AddSingleton<WebhookMetrics>();
        builder.Services.AddSingleton<IServerRefusalCounter>(services => services.GetRequiredService<WebhookMetrics>());
        builder.Services.AddSingleton<RefusalLog>();
        builder.Services.AddHostedService<ChangedSecrets>();
        builder.AddLimits(options.Limits);
        builder.AddSpool(options.Spool);
        builder.AddWebhookPublishing(options);

        var app = builder.Build();
        app.UseConnectionLimits();
        app.UseTrustedProxies();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapServiceDefaults();
        app.MapKkiapayWebhooks();
        return app;
    }
}
