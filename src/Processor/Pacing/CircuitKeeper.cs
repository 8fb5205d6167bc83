using KkiaEvents.Ledger.Circuits;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Processor.Pacing;

/// <summary>Shares this replica's circuits with the others, and learns theirs: when one moves, and each second.</summary>
internal sealed partial class CircuitKeeper(
    ProviderGate gate, PacingMetrics metrics, Merchants merchants, CircuitSignal signal, SchemaAtStart schema, StoreTrouble trouble, CircuitClock clock, TimeProvider time, ILogger<CircuitKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private bool _alone;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Show(gate, merchants, clock);
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await gate.ShareAsync(stoppingToken);
                _alone = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                trouble.Report(e);
                if (!_alone)
                    LogAlone(e.Message);
                _alone = true;
            }

            // Not woken by the very change that could not be shared: then each second is often enough.
            if (_alone)
                await Task.Delay(Poll, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            else
                await signal.WaitAsync(Poll, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The circuits can't be shared with the other replicas ({Error}): each decides alone until the ledger is back")]
    private partial void LogAlone(string error);
}
