using Marten;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>
/// Creates or updates the schema once the host runs, under Marten's advisory lock, so that any number of replicas may
/// start at once. A database that is not there yet is waited for: payments wait in the queue meanwhile.
/// </summary>
public sealed partial class SchemaAtStart(IDocumentStore store, NpgsqlDataSource dataSource, TimeProvider time, ILogger<SchemaAtStart> log)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _problem = "The ledger's schema has not been checked yet.";

    /// <summary>Waits until the schema is there: whoever reads or writes the ledger on its own does so first.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _made.Task.WaitAsync(cancellationToken);

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
                await RequireUtf8Async(stoppingToken);
                await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
                _problem = null;
                _made.TrySetResult();
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                var problem = $"The ledger's schema can't be made: {e.Message}";
                if (problem != _problem)
                    LogWaiting(e.Message.TrimEnd('.'));
                _problem = problem;
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // In any other encoding a customer's name with an accent can't be stored, so the payment could not be either.
    private async Task RequireUtf8Async(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "select current_database(), pg_encoding_to_char(encoding) from pg_database where datname = current_database()");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (reader.GetString(1) is not "UTF8" and var encoding)
            throw new InvalidOperationException(
                $"Database '{reader.GetString(0)}' is encoded in {encoding}; names with accents need UTF8. Make one with `createdb --encoding UTF8 --template template0 NAME` and set ConnectionStrings__Ledger to it.");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger's schema can't be made: {Error}. Check ConnectionStrings__Ledger; it is tried again each second, and payments wait in the queue")]
    private partial void LogWaiting(string error);
}
