namespace KkiaEvents.Ingress.Spooling;

/// <summary>Wires the spool. It is open before the first webhook is taken, and closed after the last was answered.</summary>
internal static class SpoolRegistration
{
    public static void AddSpool(this WebApplicationBuilder builder, SpoolOptions options)
    {
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<Spool>();
        builder.Services.AddSingleton<SpoolMetrics>();
        builder.Services.AddHostedService<SpoolAtStart>();
    }

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
