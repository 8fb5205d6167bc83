using KkiaEvents.Kkiapay;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Processor.Pacing;

/// <summary>Wires how often KKiaPay is asked.</summary>
internal static class PacingRegistration
{
    public static void AddPacing(this IServiceCollection services)
    {
        services.AddSingleton<CircuitSignal>();
        services.AddSingleton<PacingMetrics>();
        services.AddSingleton<ProviderGate>();
        services.AddSingleton<IKkiapayAttemptGuard>(provider => provider.GetRequiredService<ProviderGate>());
        services.AddHostedService<CircuitKeeper>();
        services.AddHealthChecks().AddCheck<CircuitHealth>("provider", tags: [ServiceHost.Ready]);
    }
}
