using KkiaEvents.Bus;
using KkiaEvents.Ingress.Webhooks;
using KkiaEvents.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KkiaEvents.Ingress.Publishing;

/// <summary>Wires the way to the bus.</summary>
internal static class PublishingRegistration
{
    public static void AddWebhookPublishing(this WebApplicationBuilder builder, IngressOptions options)
    {
        builder.Services.AddSingleton<WebhookReader>();
        builder.Services.AddSingleton<BrokerGate>();
        builder.Services.AddSingleton<WebhookPublisher>();
        builder.Services.AddSingleton<SpoolDrain>();
        builder.Services.AddSingleton<WebhookKeeper>();
        builder.Services.AddSingleton<QueueMetrics>();
        builder.Services.AddSingleton<TopologyKeeper>();
        builder.Services.AddHostedService(services => services.GetRequiredService<TopologyKeeper>());
        builder.Services.AddHealthChecks().AddCheck<TopologyKeeper>("topology", tags: [ServiceHost.Ready]).AddCheck<SpoolHealth>("spool", tags: [ServiceHost.Ready]);
        builder.Services.AddMassTransit(bus =>
        {
            bus.ConfigureHealthCheckOptions(health =>
            {
                health.Name = "bus";
                health.Tags.Add(ServiceHost.Ready);
                // The spool takes webhooks meanwhile; whether it can is its own check.
                health.MinimalFailureStatus = HealthStatus.Degraded;
            });
            bus.UseKkiaEventsBroker(options.Bus, "kkiaevents-ingress");
        });
        // While the broker is away the spool takes webhooks: neither a start nor a stop waits for it.
        builder.Services.Configure<MassTransitHostOptions>(host =>
        {
            host.WaitUntilStarted = false;
            host.StopTimeout = TimeSpan.FromSeconds(5);
        });
        // After the bus, so that it is stopped before the bus is: a message that the bus breaks off would be sent again.
        builder.Services.AddHostedService(services => services.GetRequiredService<SpoolDrain>());
    }
}
