using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Processor.Relaying;

/// <summary>Runs the relay: at once when something was committed here or elsewhere, else every second.</summary>
internal sealed partial class RelayWorker(Relay relay, RelaySignal signal, StoreTrouble trouble, SchemaAtStart schema, TimeProvider time, ILogger<RelayWorker> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await relay.RunOnceAsync(stoppingToken) == 0)
                    await signal.WaitAsync(Poll, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                trouble.Report(e);
                LogTrouble(e.Message);
                await Task.Delay(Poll, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outcomes can't be delivered right now, they wait in the ledger: {Error}")]
    private partial void LogTrouble(string error);
}
