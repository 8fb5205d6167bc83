using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>
/// Whether the ledger can be written. A database that can only be read is as bad as the service's registration says: Processor
/// can do nothing then, Console can still show.
/// </summary>
public sealed class LedgerHealth(LedgerProbe probe) : IHealthCheck
{
    /// <summary>The check's name.</summary>
    public const string Name = "npgsql";

    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await probe.ProveAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is ReadOnlySessionException or PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction })
        {
            return new(context.Registration.FailureStatus, $"The ledger can't be written: {e.Message}", e);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"The ledger can't be written: {LedgerTrouble.Describe(e)}", e);
        }
    }
}
