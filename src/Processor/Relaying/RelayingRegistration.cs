namespace KkiaEvents.Processor.Relaying;

/// <summary>Wires the relay.</summary>
internal static class RelayingRegistration
{
    public static void AddRelaying(this IServiceCollection services)
    {
        services.AddSingleton<RelaySignal>();
        services.AddSingleton<Relay>();
        services.AddHostedService<RelayWorker>();
        services.AddHostedService<LedgerListener>();
    }
}
