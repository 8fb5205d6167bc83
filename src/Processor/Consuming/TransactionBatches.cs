using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Processor.Settling;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>
/// Settles webhooks in batches, one commit a batch. A batch is what waits when the one before is done: a lone webhook
/// waits for nobody, and under load the batches fill up by themselves. MassTransit's own batches close by a clock instead;
/// on a busy machine that makes small ones, whose acknowledgements bring in small ones again (measured: 5 in place of 100).
/// A message that can't be stored is put aside alone; it takes no other with it.
/// </summary>
internal sealed class TransactionBatches(
    PaymentSettler settler, DeadLetters deadLetters, ProcessorOptions options, IHostApplicationLifetime lifetime)
{
    /// <summary>Two: while one batch commits, the next asks KKiaPay.</summary>
    public const int ConcurrentBatches = 2;

    private readonly Lock _access = new();
    private readonly Queue<Waiting> _waiting = [];
    private int _workers;

    /// <summary>Ends once the webhook is settled, in the company of others; throws when its batch could not be.</summary>
    public Task SettleAsync(ConsumeContext<TransactionNotification> message)
    {
        var waiting = new Waiting(message, Activity.Current, new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_access)
        {
            _waiting.Enqueue(waiting);
            if (_workers < ConcurrentBatches)
            {
                _workers++;
                // A worker serves many messages: it must not go on in the name of the one that started it.
                using (ExecutionContext.SuppressFlow())
                    _ = Task.Run(WorkAsync);
            }
        }

        // When the endpoint gives up, the message goes back to the queue, whatever its batch still waits for.
        return waiting.Done.Task.WaitAsync(message.CancellationToken);
    }

    private async Task WorkAsync()
    {
        while (Next() is { Count: > 0 } batch)
        {
            Activity.Current = batch[0].Activity;
            try
            {
                await SettleAsync([.. batch.Select(w => w.Message)], lifetime.ApplicationStopped);
                batch.ForEach(w => w.Done.TrySetResult());
            }
            catch (OperationCanceledException e)
            {
                batch.ForEach(w => w.Done.TrySetCanceled(e.CancellationToken));
            }
            catch (Exception e)
            {
                batch.ForEach(w => w.Done.TrySetException(e));
            }
        }
    }

    private List<Waiting> Next()
    {
        lock (_access)
        {
            var batch = new List<Waiting>(Math.Min(_waiting.Count, options.BatchSize));
            while (batch.Count < options.BatchSize && _waiting.TryDequeue(out var waiting))
            {
                // Given up by its endpoint while it waited: it will be delivered again.
                if (!waiting.Message.CancellationToken.IsCancellationRequested)
                    batch.Add(waiting);
            }

            if (batch.Count == 0)
                _workers--;
            return batch;
        }
    }

    private async Task SettleAsync(IReadOnlyList<ConsumeContext<TransactionNotification>> batch, CancellationToken stopping)
    {
        var byPayment = batch
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
        foreach (var settled in await settler.SettleAsync(work, options.BatchPatience, stopping))
        {
            if (settled.Error is { } error)
                await PutAsideAsync(byPayment[settled.Key], error.Message, stopping);
        }
    }

    private WebhookRecorded ClaimOf(TransactionNotification message)
    {
        var body = Encoding.UTF8.GetBytes(message.Body);
        var order = KkiapayWebhook.TryParse(body, out var webhook, out _)
            ? OrderReference.Find(options.Orders.ReferencePlaces, webhook!.StateData, webhook.PartnerId)
            : null;
        return new(
            message.DeliveryId, message.Event, message.Amount, order, message.Body,
            Convert.ToHexStringLower(SHA256.HashData(body)), message.Signature, message.ReceivedAt);
    }

    private async Task PutAsideAsync(List<ConsumeContext<TransactionNotification>> messages, string reason, CancellationToken cancellationToken)
    {
        foreach (var message in messages)
            await deadLetters.PutAsideAsync(message, reason, cancellationToken);
    }

    private sealed record Waiting(ConsumeContext<TransactionNotification> Message, Activity? Activity, TaskCompletionSource Done);
}
