using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>Wires the spool. It is open before the first webhook is taken, and closed after the last was answered.</summary>
internal static class SpoolRegistration
{
    public static void AddSpool(this WebApplicationBuilder builder, SpoolOptions options)
    {
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<Spool>();
        builder.Services.AddSingleton<SpoolMetrics>();
        builder.Services.AddSingleton<SpoolDrain>();
        builder.Services.AddHostedService<SpoolAtStart>();
        builder.Services.AddHealthChecks().AddCheck<SpoolHealth>("spool", tags: [ServiceHost.Ready]);
    }

    /// <summary>Drains it. After the bus, so that it is stopped before the bus is: a message that the bus breaks off would be sent again.</summary>
    public static void AddSpoolDrain(this WebApplicationBuilder builder) =>
        builder.Services.AddHostedService(services => services.GetRequiredService<SpoolDrain>());

    private sealed class SpoolAtStart(Spool spool) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            spool.Open();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
