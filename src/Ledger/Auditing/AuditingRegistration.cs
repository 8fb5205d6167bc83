using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Wires what an auditor asks the ledger. Needs <see cref="LedgerOptions"/> and the data source that <see cref="LedgerRegistration"/> adds.</summary>
public static class AuditingRegistration
{
    /// <summary>Adds it.</summary>
    /// <param name="services">The services.</param>
    /// <param name="policyOf">A merchant's rules about orders, by name: today's.</param>
    /// <param name="secretsOf">A merchant's webhook secrets, so that stored signatures can be checked again.</param>
    public static IServiceCollection AddAuditing(
        this IServiceCollection services,
        Func<IServiceProvider, Func<string, OrderPolicy>> policyOf,
        Func<IServiceProvider, Func<string, IReadOnlyList<string>>>? secretsOf = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<EventReader>();
        services.AddSingleton<PaymentQueries>();
        services.AddSingleton<Rebuild>();
        services.AddSingleton(p => new PaymentStories(p.GetRequiredService<NpgsqlDataSource>(), p.GetRequiredService<LedgerOptions>(), secretsOf?.Invoke(p)));
        services.AddSingleton(p => new Rederivation(p.GetRequiredService<EventReader>(), policyOf(p)));
        services.AddSingleton(p => new LedgerExport(p.GetRequiredService<EventReader>(), policyOf(p), p.GetRequiredService<TimeProvider>()));
        return services;
    }
}
