using KkiaEvents.Ledger.Rechecks;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Processor.Pacing;
using KkiaEvents.Processor.Settling;

namespace KkiaEvents.Processor.Following;

/// <summary>
/// Asks about paid payments again, to learn of refunds made in KKiaPay's dashboard. At a low rate, behind all other questions,
/// and not for a merchant whose circuit isn't closed.
/// </summary>
internal sealed partial class RecheckWorker(
    RecheckQueue rechecks, PaymentSettler settler, ProviderGate gate, StoreTrouble trouble, ProcessorOptions options, SchemaAtStart schema, TimeProvider time, ILogger<RecheckWorker> log) : BackgroundService
{
    // A payment that got no answer is asked about again after this.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested && options.RechecksPerSecond > 0)
        {
            try
            {
                var payments = await rechecks.ClaimAsync(options.RechecksPerSecond, Lease, [.. gate.Held().Keys], stoppingToken);
                if (payments.Count > 0)
                    await settler.SettleAsync([.. payments.Select(p => new PaymentWork(p, [], FromDue: true, Recheck: true))], options.DuePatience, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                trouble.Report(e);
                LogTrouble(e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Paid payments can't be checked again right now: {Error}")]
    private partial void LogTrouble(string error);
}
