using System.Security.Cryptography;
using System.Text;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Processor.Settling;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>Settles webhooks in batches, one commit a batch. A message that can't be stored is put aside alone; it takes no other with it.</summary>
internal sealed class TransactionBatches
{
    /// <summary>Two: while one batch commits, the next asks KKiaPay.</summary>
    public const int ConcurrentBatches = 2;

    private readonly PaymentSettler _settler;
    private readonly DeadLetters _deadLetters;
    private readonly OrderPolicies _policies;
    private readonly ProcessorMetrics _metrics;
    private readonly ProcessorOptions _options;
    private readonly BatchQueue<ConsumeContext<TransactionNotification>> _queue;

    public TransactionBatches(
        PaymentSettler settler, DeadLetters deadLetters, OrderPolicies policies, ProcessorMetrics metrics, ProcessorOptions options, IHostApplicationLifetime lifetime)
    {
        (_settler, _deadLetters, _policies, _metrics, _options) = (settler, deadLetters, policies, metrics, options);
        _queue = new(options.BatchSize, ConcurrentBatches, batch => SettleAsync(batch, lifetime.ApplicationStopped));
    }

    /// <summary>Ends once the webhook is settled, in the company of others; throws when its batch could not be. When the endpoint gives up, the message goes back to the queue, whatever its batch still waits for.</summary>
    public Task SettleAsync(ConsumeContext<TransactionNotification> message) => _queue.RunAsync(message, message.CancellationToken);

    private async Task SettleAsync(IReadOnlyList<ConsumeContext<TransactionNotification>> batch, CancellationToken stopping)
    {
        // What Ingress never writes: somebody else published it.
        var unusable = batch.Where(m => m.Message.Body is null || m.Message.Event is null).ToList();
        await PutAsideAsync(unusable, "It has no body or no event.", stopping);
        var byPayment = batch.Except(unusable)
            .GroupBy(m => new PaymentKey(m.Message.Merchant, m.Message.TransactionId))
            .ToDictionary(g => g.Key, g => g.ToList());

        foreach (var (key, messages) in byPayment.Where(p => !p.Key.IsValid).ToList())
        {
            byPayment.Remove(key);
            await PutAsideAsync(messages, "The merchant or the transaction id has not the form that the ledger takes.", stopping);
        }

        if (byPayment.Count == 0)
            return;
        var work = byPayment.Select(p => new PaymentWork(
            p.Key,
            [.. p.Value.Select(m => ClaimOf(m.Message)).DistinctBy(c => c.BodySha256)],
            TraceParent: p.Value[0].Headers.Get<string>(MassTransit.Logging.DiagnosticHeaders.ActivityId))).ToList();
        // The same body again in the same batch; the settler counts those that the ledger knows.
        if (byPayment.Values.Sum(m => m.Count) - work.Sum(w => w.Claims.Count) is > 0 and var repeats)
            _metrics.Duplicate(repeats);
        foreach (var settled in await _settler.SettleAsync(work, _options.BatchPatience, stopping))
        {
            if (settled.Error is { } error)
                await PutAsideAsync(byPayment[settled.Key], error.Message, stopping);
        }
    }

    private WebhookRecorded ClaimOf(TransactionNotification message)
    {
        var body = Encoding.UTF8.GetBytes(message.Body);
        var order = KkiapayWebhook.TryParse(body, out var webhook, out _)
            ? OrderReference.Find(_policies.Of(message.Merchant).ReferencePlaces, webhook!.StateData, webhook.PartnerId)
            : null;
        return new(
            message.DeliveryId, message.Event, message.Amount, order, message.Body,
            Convert.ToHexStringLower(SHA256.HashData(body)), message.Signature, message.ReceivedAt);
    }

    private async Task PutAsideAsync(IReadOnlyList<ConsumeContext<TransactionNotification>> messages, string reason, CancellationToken cancellationToken)
    {
        foreach (var message in messages)
            await _deadLetters.PutAsideAsync(message, reason, cancellationToken);
    }
}
