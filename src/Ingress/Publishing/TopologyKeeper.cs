using KkiaEvents.Bus;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KkiaEvents.Ingress.Publishing;

/// <summary>
/// Declares the topology at start, so that nothing is lost when no Processor has ever run (what comes before it is done goes
/// to the spool); and again every few seconds: who takes the Processor's queue away while another queue takes the same events would otherwise not be noticed,
/// because the broker then has a taker for each.
/// </summary>
internal sealed partial class TopologyKeeper(IngressOptions options, QueueMetrics queues, ILogger<TopologyKeeper> log) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(3);

    // This service's user may not see why: the Processor, whose queue it is, does.
    private const string Unroutable =
        $"No queue takes webhooks: '{Topology.TransactionsQueue}' is not bound, or was made as a classic queue. The Processor's log and its /health/ready say which, and the way out; the spool keeps webhooks meanwhile.";

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly TopologyDeclaration _topology = new(options.Bus);
    private volatile string? _problem = "The topology has not been declared yet.";
    private volatile string? _wrongQueue;
    private volatile bool _unroutable;

    public async Task DeclareAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            queues.Show(await _topology.DeclareAsync(cancellationToken));
            (_problem, _wrongQueue) = (null, null);
        }
        catch (TopologyException e) when (e.MadeOtherwise is not null)
        {
            _wrongQueue = e.MadeOtherwise == Topology.TransactionsQueue ? e.Message : null;
            throw;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Why it is not declared, or takes no webhooks; null when it does.</summary>
    public string? Problem => _problem ?? (_unroutable ? Unroutable : null);

    /// <summary>What is wrong with the queue that webhooks go to, so that none must be published to it; null when nothing is known to be.</summary>
    public string? WrongQueue => _wrongQueue;

    /// <summary>Whether the last webhook that was published found a queue.</summary>
    public void Routed(bool routed) => _unroutable = !routed;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Problem is { } problem ? HealthCheckResult.Degraded(problem) : HealthCheckResult.Healthy());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var first = _problem is not null;
                await DeclareAsync(stoppingToken);
                if (first)
                    LogDeclared(options.Bus);
                await Task.Delay(Again, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                var trouble = BrokerTrouble.Describe(e, options.Bus);
                if (_problem?.EndsWith(trouble, StringComparison.Ordinal) != true)
                    LogFailed(options.Bus, trouble);
                queues.Show([]);
                _problem = $"The broker at {options.Bus} does not take the topology: {trouble}";
                await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Topology declared at {Broker}")]
    private partial void LogDeclared(BusAddress broker);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker at {Broker} does not take the topology: {Error} It is tried again each second")]
    private partial void LogFailed(BusAddress broker, string error);
}
