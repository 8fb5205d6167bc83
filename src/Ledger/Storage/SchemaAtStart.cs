using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KkiaEvents.Ledger.Storage;

/// <summary>
/// Has the schema there once the host runs: made here when the connection is its owner's, under an advisory lock, so that any
/// number of replicas may start at once; else looked for until its owner made it. A database that is not there yet is
/// waited for: payments wait in the queue meanwhile.
/// </summary>
public sealed partial class SchemaAtStart(LedgerSchema schema, TimeProvider time, ILogger<SchemaAtStart> log)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _problem = "The ledger's schema has not been checked yet.";

    /// <summary>Waits until the schema is there: whoever reads or writes the ledger on its own does so first.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _made.Task.WaitAsync(cancellationToken);

    /// <summary>Whether the schema is there.</summary>
    public bool IsMade => _made.Task.IsCompleted;

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
                await schema.RequireAsync(stoppingToken);
                _problem = null;
                _made.TrySetResult();
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                var trouble = LedgerTrouble.Describe(e);
                var problem = $"The ledger can't be used yet: {trouble}";
                if (problem != _problem)
                    LogWaiting(trouble.TrimEnd('.'));
                _problem = problem;
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger can't be used yet: {Error}. Check ConnectionStrings__Ledger; it is tried again each second, and payments wait in the queue")]
    private partial void LogWaiting(string error);
}
