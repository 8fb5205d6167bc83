using KkiaEvents.Ledger.Due;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Processor.Pacing;
using KkiaEvents.Processor.Settling;

namespace KkiaEvents.Processor.Following;

/// <summary>
/// Asks again about payments whose time has come. Any number of replicas share the rows. Each merchant's are worked on by
/// themselves, so that one who waits for KKiaPay holds up no other; while KKiaPay is not asked about a merchant, its rows
/// are left alone, and while it recovers no more are taken than may be asked about.
/// </summary>
internal sealed partial class DueWorker(
    DueQueue due, PaymentSettler settler, ProviderGate gate, DueSignal signal, StoreTrouble trouble, ProcessorOptions options, SchemaAtStart schema, TimeProvider time, ILogger<DueWorker> log) : BackgroundService
{
    private const int BatchSize = 100;

    // Longer than asking and committing can take: a row comes back by itself only if its worker is gone.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Task> _underWay = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await BeginAsync(stoppingToken);
                await signal.WaitAsync(Poll, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                trouble.Report(e);
                LogTrouble(e.Message);
                await Task.Delay(Poll, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await Task.WhenAll(_underWay.Values);
    }

    /// <summary>Begins with what is due now, of every merchant whose last batch is done.</summary>
    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        foreach (var (merchant, _) in _underWay.Where(w => w.Value.IsCompleted).ToList())
            _underWay.Remove(merchant);
        var held = gate.Held();
        var batch = await due.ClaimAsync(
            BatchSize, Lease, DueMerchants.Except([.. _underWay.Keys.Union(held.Keys)]), cancellationToken);
        Begin(batch, cancellationToken);
        foreach (var (merchant, allowed) in held.Where(h => h.Value > 0 && !_underWay.ContainsKey(h.Key)))
            Begin(await due.ClaimAsync(Math.Min(allowed, BatchSize), Lease, DueMerchants.Of(merchant), cancellationToken), cancellationToken);
    }

    private void Begin(IReadOnlyList<DuePayment> batch, CancellationToken cancellationToken)
    {
        foreach (var merchants in batch.GroupBy(d => d.Key.Merchant))
        {
            var work = merchants.Select(d => new PaymentWork(d.Key, [], FromDue: true, d.Attempts, d.TraceParent)).ToList();
            var done = _underWay[merchants.Key] = WorkAsync(work, cancellationToken);
            // There may be more of this merchant's.
            _ = done.ContinueWith(_ => signal.Wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task WorkAsync(List<PaymentWork> work, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Yield();
            await SettleAsync(work, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The service ends; the lease gives the rows back.
        }
        catch (Exception e) when (work.Count > 1)
        {
            // One by one, so that what fails holds only itself up.
            LogTrouble(e.Message);
            foreach (var one in work)
                await WorkAsync([one], cancellationToken);
        }
        catch (Exception e)
        {
            LogFailed(e, work[0].Key.StreamId);
        }
    }

    private async Task SettleAsync(IReadOnlyList<PaymentWork> work, CancellationToken cancellationToken)
    {
        foreach (var failed in (await settler.SettleAsync(work, options.DuePatience, cancellationToken)).Where(s => s.Error is not null))
            LogFailed(failed.Error!, failed.Key.StreamId);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Following it failed: {CorrelationId} is asked about again in a minute")]
    private partial void LogFailed(Exception error, string correlationId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Due payments can't be followed right now: {Error}")]
    private partial void LogTrouble(string error);
}
