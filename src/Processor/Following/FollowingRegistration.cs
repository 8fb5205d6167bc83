using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Processor.Following;

/// <summary>Wires what is due.</summary>
internal static class FollowingRegistration
{
    public static void AddFollowing(this IServiceCollection services)
    {
        services.AddSingleton<DueSignal>();
        services.AddSingleton<DueWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<DueWorker>());
        services.AddHostedService<RecheckWorker>();
        services.AddSingleton<ConstantReferences>();
        services.AddHealthChecks().AddCheck<ConstantReferences>("references", tags: [ServiceHost.Ready]);
        services.AddHostedService<BacklogSampler>();
    }
}
