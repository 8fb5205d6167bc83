using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Deliveries;
using KkiaEvents.Ledger.Due;
using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Processor.Following;

/// <summary>Reads what waits every few seconds, for the metrics: a scrape must not become a query.</summary>
internal sealed partial class BacklogSampler(
    DeliveryQueue deliveries, DueQueue due, OpenFlags flags, RepeatedOrders repeated, ConstantReferences references, ProcessorMetrics metrics, SchemaAtStart schema, TimeProvider time, ILogger<BacklogSampler> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                metrics.Backlog(await deliveries.BacklogAsync(stoppingToken), await due.BacklogAsync(stoppingToken));
                metrics.ForPeople(await due.KeysRefusedAsync(stoppingToken), await flags.CountAsync(stoppingToken));
                var sameOrder = await repeated.FindAsync(stoppingToken);
                metrics.ForOneOrder(sameOrder);
                references.Found(sameOrder);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it is, metrics are no reason to stop paying: an exception that leaves here would end the host.
                LogTrouble(e.Message);
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What waits can't be counted right now, the last values stand: {Error}")]
    private partial void LogTrouble(string error);
}
