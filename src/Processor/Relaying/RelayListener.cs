using KkiaEvents.Ledger.Deliveries;
using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Processor.Relaying;

/// <summary>Hears of commits of other replicas (PostgreSQL's LISTEN). Without it the relay's poll finds them a second later.</summary>
internal sealed partial class RelayListener(NpgsqlDataSource dataSource, RelaySignal signal, SchemaAtStart schema, TimeProvider time, ILogger<RelayListener> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync(stoppingToken);
                connection.Notification += (_, _) => signal.Wake();
                await using (var listen = connection.CreateCommand())
                {
                    listen.CommandText = $"listen {DeliveryQueue.Channel}";
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
                LogTrouble(e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not listening for other replicas' outcomes; polling finds them: {Error}")]
    private partial void LogTrouble(string error);
}
