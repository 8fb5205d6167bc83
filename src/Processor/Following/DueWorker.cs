using KkiaEvents.Ledger.Due;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Processor.Settling;

namespace KkiaEvents.Processor.Following;

/// <summary>Asks again about payments whose time has come. Any number of replicas share the rows.</summary>
internal sealed partial class DueWorker(
    DueQueue due, PaymentSettler settler, DueSignal signal, ProcessorOptions options, SchemaAtStart schema, TimeProvider time, ILogger<DueWorker> log) : BackgroundService
{
    private const int BatchSize = 100;

    // Longer than asking and committing can take: a row comes back by itself only if its worker is gone.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>Settles what is due now, once; how many that were.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var batch = await due.ClaimAsync(BatchSize, time.GetUtcNow(), Lease, cancellationToken);
        if (batch.Count == 0)
            return 0;
        var work = batch.Select(d => new PaymentWork(d.Key, [], FromDue: true, d.Attempts, d.TraceParent)).ToList();
        try
        {
            await SettleAsync(work, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException && work.Count > 1)
        {
            // One by one, so that what fails holds only itself up.
            LogTrouble(e.Message);
            foreach (var one in work)
                await SettleOneAsync(one, cancellationToken);
        }

        return batch.Count;
    }

    private async Task SettleOneAsync(PaymentWork work, CancellationToken cancellationToken)
    {
        try
        {
            await SettleAsync([work], cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e, work.Key.StreamId);
        }
    }

    private async Task SettleAsync(IReadOnlyList<PaymentWork> work, CancellationToken cancellationToken)
    {
        foreach (var failed in (await settler.SettleAsync(work, options.DuePatience, cancellationToken)).Where(s => s.Error is not null))
            LogFailed(failed.Error!, failed.Key.StreamId);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await RunOnceAsync(stoppingToken) < BatchSize)
                    await signal.WaitAsync(Poll, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogTrouble(e.Message);
                await Task.Delay(Poll, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Following it failed: {CorrelationId} is asked about again in a minute")]
    private partial void LogFailed(Exception error, string correlationId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Due payments can't be followed right now: {Error}")]
    private partial void LogTrouble(string error);
}
