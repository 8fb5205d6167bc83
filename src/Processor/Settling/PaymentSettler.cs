using KkiaEvents.Contracts;
using KkiaEvents.Ledger;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Rechecks;
using KkiaEvents.Processor.Pacing;
using KkiaEvents.Processor.Relaying;

namespace KkiaEvents.Processor.Settling;

/// <summary>A payment about which something is new: claims that arrived, or a question that is due.</summary>
internal sealed record PaymentWork(PaymentKey Key, IReadOnlyList<WebhookRecorded> Claims, bool FromDue = false, int UnansweredBefore = 0, string? TraceParent = null, bool Recheck = false);

/// <summary>Looks up, asks, records and decides: the same way for what the bus brings and for what is due.</summary>
internal sealed partial class PaymentSettler(
    PaymentLedger ledger, ProviderGate gate, Verifier verifier, RefundSender refunds, RecheckQueue rechecks, StoreRetry store, RelaySignal relay, ProcessorMetrics metrics, TimeProvider time, ILogger<PaymentSettler> log)
{
    /// <summary>Settles a batch, one entry a payment.</summary>
    public async Task<IReadOnlyList<Settled>> SettleAsync(IReadOnlyList<PaymentWork> batch, TimeSpan patience, CancellationToken stopping)
    {
        var known = await store.RunAsync(cancellation => ledger.FindAsync([.. batch.Select(w => w.Key)], cancellation), stopping);
        var fresh = batch.Where(w => w.FromDue || !known.TryGetValue(w.Key, out var payment) || w.Claims.Any(c => !payment.Knows(c))).ToList();
        if (fresh.Count < batch.Count)
        {
            metrics.Duplicate(batch.Count - fresh.Count);
            await RecheckAsync(batch.Except(fresh).Select(w => known[w.Key]), stopping);
        }

        if (fresh.Count == 0)
            return [];

        var admitted = await AdmitAsync(fresh, stopping);
        known = await SendRefundsAsync(known, admitted, stopping);
        using var limit = new CancellationTokenSource(patience, time);
        var facts = await Task.WhenAll(fresh.Select(w => AskAsync(w, known, admitted.Contains(w.Key), limit.Token, stopping)));
        var settled = await store.RunAsync(cancellation => ledger.SettleAsync(facts, known, cancellation), stopping);

        var outcomes = 0;
        foreach (var outcome in settled.Select(s => s.Outcome).OfType<OrderEvent>())
        {
            outcomes++;
            metrics.Decided(outcome);
            var order = outcome.OrderId is { } id ? $"order {id}" : "no order";
            if (outcome is OrderPaymentFlagged flagged)
                LogFlagged(flagged.Reason, order, flagged.Detail, $"{outcome.Merchant}/{outcome.TransactionId}");
            else
                LogDecided(outcome.GetType().Name, order, $"{outcome.Merchant}/{outcome.TransactionId}");
        }

        if (outcomes > 0)
            relay.Wake();
        return settled;
    }

    // Somebody sends again what is known: a refund in KKiaPay's dashboard may be why.
    private async Task RecheckAsync(IEnumerable<Payment> repeated, CancellationToken stopping)
    {
        var concerned = repeated.Where(RecheckQueue.Concerns).Select(p => p.Key()).ToList();
        if (concerned.Count == 0)
            return;
        await store.RunAsync(
            async cancellation =>
            {
                await rechecks.CheckSoonAsync(concerned, cancellation);
                return true;
            },
            stopping);
    }

    // Those that KKiaPay may be asked about now; the others wait for its recovery.
    private async Task<HashSet<PaymentKey>> AdmitAsync(List<PaymentWork> fresh, CancellationToken stopping)
    {
        var admitted = new HashSet<PaymentKey>(fresh.Count);
        foreach (var merchants in fresh.GroupBy(w => w.Key.Merchant))
        {
            var work = merchants.ToList();
            // What is due probes: a webhook's batch, in which others' payments are, must not wait for one who is down.
            var granted = await gate.AdmitAsync(merchants.Key, work.Count, mayProbe: work[0].FromDue, stopping);
            admitted.UnionWith(work.Take(granted).Select(w => w.Key));
        }

        return admitted;
    }

    // Before KKiaPay is asked, so that its answer can tell of the refund already.
    private async Task<IReadOnlyDictionary<PaymentKey, Payment>> SendRefundsAsync(
        IReadOnlyDictionary<PaymentKey, Payment> known, HashSet<PaymentKey> admitted, CancellationToken stopping)
    {
        // A refund is sent once only, and what is sent to see whether KKiaPay is back may well be lost: it waits until that is known.
        var requested = known.Values.Where(p => p.Refund == RefundState.Requested && admitted.Contains(p.Key()) && !gate.IsDown(p.Merchant)).ToList();
        if (requested.Count == 0)
            return known;
        await Task.WhenAll(requested.Select(p => refunds.SendAsync(p, stopping)));
        return await store.RunAsync(cancellation => ledger.FindAsync([.. known.Keys], cancellation), stopping);
    }

    private async Task<PaymentFacts> AskAsync(PaymentWork work, IReadOnlyDictionary<PaymentKey, Payment> known, bool admitted, CancellationToken patience, CancellationToken stopping)
    {
        var (answer, none) = admitted ? await verifier.AskAsync(work.Key, patience, stopping) : (null, gate.PutOff(work.Key.Merchant));
        return new()
        {
            Key = work.Key,
            Claims = work.Claims,
            Answer = answer,
            NoAnswer = none,
            FromDue = work.FromDue,
            Recheck = work.Recheck,
            KnownVersion = known.TryGetValue(work.Key, out var payment) ? payment.Version : 0,
            UnansweredBefore = work.UnansweredBefore,
            TraceParent = work.TraceParent,
        };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Outcome} for {Order}: {CorrelationId}")]
    private partial void LogDecided(string outcome, string order, string correlationId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "OrderPaymentFlagged ({Reason}) for {Order}: {Detail} {CorrelationId}")]
    private partial void LogFlagged(FlagReason reason, string order, string detail, string correlationId);
}
