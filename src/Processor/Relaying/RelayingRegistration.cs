using KkiaEvents.Bus;
using KkiaEvents.ServiceDefaults;
using MassTransit;

namespace KkiaEvents.Processor.Relaying;

/// <summary>Wires the relay.</summary>
internal static class RelayingRegistration
{
    public static void AddRelaying(this IServiceCollection services, ProcessorOptions options)
    {
        services.AddSingleton<RelaySignal>();
        services.AddSingleton<OutcomePublisher>();
        services.AddSingleton<Relay>();
        services.AddHostedService<RelayWorker>();
        services.AddHostedService<LedgerListener>();
        services.AddMassTransit<IOutgoingBus>(bus =>
        {
            bus.ConfigureHealthCheckOptions(health =>
            {
                health.Name = "outgoing_bus";
                health.Tags.Add(ServiceHost.Ready);
            });
            bus.UseKkiaEventsBroker(options.Bus, "kkiaevents-processor-outgoing");
        });
    }
}
