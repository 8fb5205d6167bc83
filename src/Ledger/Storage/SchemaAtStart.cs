using Marten;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KkiaEvents.Ledger.Storage;

/// <summary>
/// Creates or updates the schema once the host runs, under Marten's advisory lock, so that any number of replicas may
/// start at once. A database that is not there yet is waited for: payments wait in the queue meanwhile.
/// </summary>
public sealed partial class SchemaAtStart(IDocumentStore store, TimeProvider time, ILogger<SchemaAtStart> log) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private volatile string? _problem = "The ledger's schema has not been checked yet.";

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_problem is { } problem ? HealthCheckResult.Unhealthy(problem) : HealthCheckResult.Healthy());

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
                _problem = null;
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                _problem = $"The ledger's schema can't be made: {e.Message}";
                LogWaiting(e.Message);
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The ledger's schema can't be made yet: {Error}")]
    private partial void LogWaiting(string error);
}
