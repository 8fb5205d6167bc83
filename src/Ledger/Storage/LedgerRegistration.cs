using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Circuits;
using KkiaEvents.Ledger.Deliveries;
using KkiaEvents.Ledger.Due;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Rechecks;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>Wires the ledger.</summary>
public static class LedgerRegistration
{
    /// <summary>Adds the ledger. The schema is made after the host starts (<see cref="SchemaAtStart"/>).</summary>
    /// <param name="services">The services.</param>
    /// <param name="options">Where it lives.</param>
    /// <param name="policyOf">A merchant's rules about orders, by name.</param>
    public static IServiceCollection AddLedger(
        this IServiceCollection services, LedgerOptions options, Func<IServiceProvider, Func<string, OrderPolicy>> policyOf)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(_ => options.WritesAlways
            ? LedgerDataSource.CreateForWriting(options.ConnectionString, "KkiaEvents")
            : LedgerDataSource.Create(options.ConnectionString, "KkiaEvents"));
        services.AddSingleton<LedgerSessions>();
        services.AddSingleton<LedgerProbe>();
        services.AddMarten(provider =>
        {
            var marten = new StoreOptions();
            LedgerStore.Configure(marten, options, provider.GetRequiredService<NpgsqlDataSource>());
            return marten;
        });
        services.AddSingleton<LedgerSchema>();
        services.AddSingleton<SchemaAtStart>();
        services.AddHostedService(provider => provider.GetRequiredService<SchemaAtStart>());
        services.AddSingleton(provider => new PaymentLedger(provider.GetRequiredService<IDocumentStore>(), options, policyOf(provider)));
        services.AddSingleton<OrderAnnouncements>();
        services.AddSingleton<OrderRelease>();
        services.AddSingleton<PaymentActs>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<DueQueue>();
        services.AddSingleton<RecheckQueue>();
        services.AddSingleton<CircuitClock>();
        services.AddSingleton<ICircuitStore, CircuitStore>();
        services.AddSingleton<OpenFlags>();
        services.AddSingleton<RepeatedOrders>();
        services.AddSingleton<StoredOutcomes>();
        return services;
    }
}
