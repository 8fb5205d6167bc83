using KkiaEvents.Bus;
using KkiaEvents.ServiceDefaults;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>Wires the bus.</summary>
internal static class ConsumingRegistration
{
    public static void AddConsuming(this IServiceCollection services, ProcessorOptions options)
    {
        services.AddSingleton<DeadLetters>();
        services.AddSingleton<Announcers>();
        services.AddSingleton<RefusedAnnouncements>();
        services.AddSingleton<UnreadableAnnouncements>();
        services.AddSingleton<TransactionBatches>();
        services.AddSingleton<HeldMessages>();
        services.AddSingleton<RenewedWebhooks>();
        services.AddSingleton<ConsumedEndpoints>();
        services.AddHostedService<StoreOutage>();
        services.AddSingleton<TopologyAtStart>();
        services.AddHostedService(provider => provider.GetRequiredService<TopologyAtStart>());
        services.AddHealthChecks().AddCheck<TopologyAtStart>("topology", tags: [ServiceHost.Ready]);
        services.AddMassTransit(bus =>
        {
            bus.AddConsumer<TransactionConsumer, TransactionConsumerDefinition>();
            bus.AddConsumer<AnnouncementConsumer, AnnouncementConsumerDefinition>();
            bus.ConfigureHealthCheckOptions(health =>
            {
                health.Name = "bus";
                health.Tags.Add(ServiceHost.Ready);
            });
            bus.UseKkiaEventsBroker(options.Bus, "kkiaevents-processor", (context, rabbit) => rabbit.ConfigureEndpoints(context));
        });
        services.Configure<MassTransitHostOptions>(host =>
        {
            host.WaitUntilStarted = false;
            host.StopTimeout = TimeSpan.FromSeconds(20);
            // A batch has KKiaPay's answers, or none, in less, and commits. What takes longer goes back.
            host.ConsumerStopTimeout = TimeSpan.FromSeconds(5);
        });
    }
}
