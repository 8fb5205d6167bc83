using KkiaEvents.Ledger.Deliveries;
using KkiaEvents.Ledger.Due;

namespace KkiaEvents.Processor.Following;

/// <summary>Reads what waits every few seconds, for the metrics: a scrape must not become a query.</summary>
internal sealed class BacklogSampler(DeliveryQueue deliveries, DueQueue due, ProcessorMetrics metrics, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5), time);
        do
        {
            try
            {
                metrics.Backlog(await deliveries.BacklogAsync(stoppingToken), await due.BacklogAsync(time.GetUtcNow(), stoppingToken));
            }
            catch (Exception e) when (e is Npgsql.NpgsqlException or TimeoutException)
            {
                // The health check says that the database is away; the last values stand.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
