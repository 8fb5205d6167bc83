using KkiaEvents.Ledger.Circuits;
using KkiaEvents.Ledger.Deliveries;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Processor.Pacing;
using KkiaEvents.Processor.Relaying;
using Npgsql;

namespace KkiaEvents.Processor;

/// <summary>Hears of what other replicas commit (PostgreSQL's LISTEN), outcomes and circuits. Without it polls find them a second later.</summary>
internal sealed partial class LedgerListener(
    NpgsqlDataSource dataSource, RelaySignal relay, CircuitSignal circuits, StoreTrouble trouble, SchemaAtStart schema, TimeProvider time, ILogger<LedgerListener> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync(stoppingToken);
                connection.Notification += (_, notification) => (notification.Channel == CircuitStore.Channel ? (WakeUp)circuits : relay).Wake();
                await using (var listen = connection.CreateCommand())
                {
                    listen.CommandText = $"listen {DeliveryQueue.Channel}; listen {CircuitStore.Channel}";
                    await listen.ExecuteNonQueryAsync(stoppingToken);
                }

                while (true)
                    await connection.WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                trouble.Report(e);
                LogTrouble(e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not listening for what other replicas commit; polling finds it: {Error}")]
    private partial void LogTrouble(string error);
}
