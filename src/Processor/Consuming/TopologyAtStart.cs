using KkiaEvents.Bus;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KkiaEvents.Processor.Consuming;

/// <summary>
/// Declares the topology, waiting for the broker as long as it takes. Consuming need not wait for it: the endpoint declares
/// its own queue, and a message to be dead-lettered stays in that queue until the dead letters have a place.
/// </summary>
internal sealed partial class TopologyAtStart(ProcessorOptions options, ILogger<TopologyAtStart> log) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private volatile string? _problem;

    /// <summary>Degraded while the broker does not take the topology: whether this can work, the bus knows.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_problem is { } problem ? HealthCheckResult.Degraded(problem) : HealthCheckResult.Healthy());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var said = "";
        var topology = new TopologyDeclaration(options.Bus);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await topology.DeclareAsync(stoppingToken);
                _problem = null;
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                var trouble = BrokerTrouble.Describe(e, options.Bus);
                _problem = $"The broker at {options.Bus} does not take the topology: {trouble}";
                if (trouble != said)
                    LogWaiting(options.Bus, said = trouble);
                await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker at {Broker} does not take the topology: {Error} It is tried again each second")]
    private partial void LogWaiting(BusAddress broker, string error);
}
