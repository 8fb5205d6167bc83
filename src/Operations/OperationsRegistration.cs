using KkiaEvents.Bus;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Operations.Asking;
using KkiaEvents.Operations.DeadLettering;
using KkiaEvents.Operations.Keys;
using KkiaEvents.Operations.Replaying;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace KkiaEvents.Operations;

/// <summary>Wires what operators do.</summary>
public static class OperationsRegistration
{
    /// <summary>Adds it. Needs the ledger (<c>AddLedger</c>).</summary>
    /// <param name="services">The services.</param>
    /// <param name="address">Where the broker is; asked for when it is first needed, which making a key is not.</param>
    public static IServiceCollection AddOperations(this IServiceCollection services, Func<BusAddress> address)
    {
        services.AddSingleton(_ => new BrokerConnection(address()));
        services.TryAddSingleton<PaymentQueries>();
        services.AddSingleton<AskAgain>();
        services.AddSingleton<ReplayRuns>();
        services.AddSingleton<OutcomeReplay>();
        services.AddSingleton<DeadLetterBox>();
        services.AddSingleton<ApiKeys>();
        return services;
    }
}
