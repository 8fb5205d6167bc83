using KkiaEvents.Contracts;
using KkiaEvents.Ledger;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Processor.Relaying;
using Polly;
using Polly.Retry;

namespace KkiaEvents.Processor.Settling;

/// <summary>A payment about which something is new: claims that arrived, or a question that is due.</summary>
internal sealed record PaymentWork(PaymentKey Key, IReadOnlyList<WebhookRecorded> Claims, bool FromDue = false, int UnansweredBefore = 0, string? TraceParent = null);

/// <summary>Looks up, asks, records and decides: the same way for what the bus brings and for what is due.</summary>
internal sealed partial class PaymentSettler(
    PaymentLedger ledger, Verifier verifier, RelaySignal relay, ProcessorMetrics metrics, TimeProvider time, ILogger<PaymentSettler> log)
{
    // A database that is away is no message's fault: the work waits here, unacknowledged, for as long as it takes.
    private readonly ResiliencePipeline _untilStored = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = args => ValueTask.FromResult(
                args.Outcome.Exception is { } e and not OperationCanceledException && LedgerFaults.Classify(e) != LedgerFault.Poison),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(5),
            UseJitter = true,
            OnRetry = args =>
            {
                LogStoreUnavailable(log, args.Outcome.Exception!.Message, args.RetryDelay);
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    /// <summary>Settles a batch, one entry a payment.</summary>
    public async Task<IReadOnlyList<Settled>> SettleAsync(IReadOnlyList<PaymentWork> batch, TimeSpan patience, CancellationToken stopping)
    {
        var known = await _untilStored.ExecuteAsync(
            async cancellation => await ledger.FindAsync([.. batch.Select(w => w.Key)], cancellation), stopping);
        var fresh = batch.Where(w => w.FromDue || !known.TryGetValue(w.Key, out var payment) || w.Claims.Any(c => !payment.Knows(c))).ToList();
        if (fresh.Count < batch.Count)
            metrics.Duplicate(batch.Count - fresh.Count);
        if (fresh.Count == 0)
            return [];

        using var limit = new CancellationTokenSource(patience, time);
        var facts = await Task.WhenAll(fresh.Select(w => AskAsync(w, limit.Token, stopping)));
        var settled = await _untilStored.ExecuteAsync(
            async cancellation => await ledger.SettleAsync(facts, known, cancellation), stopping);

        var outcomes = 0;
        foreach (var outcome in settled.Select(s => s.Outcome).OfType<OrderEvent>())
        {
            outcomes++;
            metrics.Decided(outcome);
            LogDecided(outcome.GetType().Name, outcome.OrderId, $"{outcome.Merchant}/{outcome.TransactionId}");
        }

        if (outcomes > 0)
            relay.Wake();
        return settled;
    }

    private async Task<PaymentFacts> AskAsync(PaymentWork work, CancellationToken patience, CancellationToken stopping)
    {
        var (answer, none) = await verifier.AskAsync(work.Key, patience, stopping);
        return new()
        {
            Key = work.Key,
            Claims = work.Claims,
            Answer = answer,
            NoAnswer = none,
            FromDue = work.FromDue,
            UnansweredBefore = work.UnansweredBefore,
            TraceParent = work.TraceParent,
        };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Outcome} for order {OrderId}: {CorrelationId}")]
    private partial void LogDecided(string outcome, string? orderId, string correlationId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The ledger can't be written ({Error}): trying again in {Delay}")]
    private static partial void LogStoreUnavailable(ILogger log, string error, TimeSpan delay);
}
