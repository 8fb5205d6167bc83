using KkiaEvents.Ledger.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Wires what an auditor asks the ledger. Needs <see cref="LedgerOptions"/> and the data source that <see cref="LedgerRegistration"/> adds.</summary>
public static class AuditingRegistration
{
    /// <summary>Adds it.</summary>
    /// <param name="services">The services.</param>
    /// <param name="secretsOf">A merchant's webhook secrets, so that stored signatures can be checked again.</param>
    public static IServiceCollection AddAuditing(this IServiceCollection services, Func<IServiceProvider, Func<string, IReadOnlyList<string>>> secretsOf)
    {
        services.AddSingleton<EventReader>();
        services.AddSingleton<PaymentQueries>();
        services.AddSingleton(p => new PaymentStories(p.GetRequiredService<NpgsqlDataSource>(), p.GetRequiredService<LedgerOptions>(), secretsOf(p)));
        return services;
    }
}
