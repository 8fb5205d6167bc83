using KkiaEvents.Bus;
using KkiaEvents.Ingress.Webhooks;
using KkiaEvents.ServiceDefaults;
using MassTransit;

namespace KkiaEvents.Ingress.Publishing;

/// <summary>Wires the way to the bus.</summary>
internal static class PublishingRegistration
{
    public static void AddWebhookPublishing(this WebApplicationBuilder builder, IngressOptions options)
    {
        builder.Services.AddSingleton<WebhookReader>();
        builder.Services.AddSingleton<WebhookPublisher>();
        builder.Services.AddSingleton<TopologyKeeper>();
        builder.Services.AddHostedService(services => services.GetRequiredService<TopologyKeeper>());
        builder.Services.AddHealthChecks().AddCheck<TopologyKeeper>("topology", tags: [ServiceHost.Ready]);
        builder.Services.AddMassTransit(bus =>
        {
            bus.ConfigureHealthCheckOptions(health =>
            {
                health.Name = "bus";
                health.Tags.Add(ServiceHost.Ready);
            });
            bus.UsingRabbitMq((_, rabbit) => rabbit.UseKkiaEventsHost(options.Bus, "kkiaevents-ingress"));
        });
        // Webhooks are answered 503 while the broker is away; the service itself is up.
        builder.Services.Configure<MassTransitHostOptions>(host => host.WaitUntilStarted = false);
    }
}
