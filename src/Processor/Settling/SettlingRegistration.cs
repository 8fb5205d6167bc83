using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Processor.Settling;

/// <summary>Wires asking and deciding.</summary>
internal static class SettlingRegistration
{
    public static void AddSettling(this IServiceCollection services)
    {
        services.AddSingleton<ProcessorMetrics>();
        services.AddSingleton<StoreTrouble>();
        services.AddSingleton<StoreRetry>();
        services.AddSingleton<OrderPolicies>();
        services.AddSingleton<AnswerMetrics>();
        services.AddSingleton<AnswerWatch>();
        services.AddHealthChecks().AddCheck<AnswerWatch>("answers", tags: [ServiceHost.Ready]);
        services.AddSingleton<Verifier>();
        services.AddSingleton<RefundSender>();
        services.AddSingleton<PaymentSettler>();
        services.AddSingleton<MerchantCautions>();
        services.AddHostedService(provider => provider.GetRequiredService<MerchantCautions>());
        services.AddHealthChecks().AddCheck<MerchantCautions>("merchants", tags: [ServiceHost.Ready]);
    }
}
