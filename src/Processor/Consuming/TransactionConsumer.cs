using System.Security.Cryptography;
using System.Text;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Processor.Settling;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>Takes webhooks in batches: one commit a batch. A message that can't be stored is put aside alone; it takes no other with it.</summary>
internal sealed class TransactionConsumer(
    PaymentSettler settler, DeadLetters deadLetters, ProcessorOptions options, IHostApplicationLifetime lifetime) : IConsumer<Batch<TransactionNotification>>
{
    public async Task Consume(ConsumeContext<Batch<TransactionNotification>> context)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopped);
        var byPayment = context.Message
            .GroupBy(m => new PaymentKey(m.Message.Merchant, m.Message.TransactionId))
            .ToDictionary(g => g.Key, g => g.ToList());

        foreach (var (key, messages) in byPayment.Where(p => !p.Key.IsValid).ToList())
        {
            byPayment.Remove(key);
            await PutAsideAsync(messages, "The merchant or the transaction id has not the form that the ledger takes.", stopping.Token);
        }

        var work = byPayment.Select(p => new PaymentWork(
            p.Key,
            [.. p.Value.Select(m => ClaimOf(m.Message)).DistinctBy(c => c.BodySha256)],
            TraceParent: p.Value[0].Headers.Get<string>(MassTransit.Logging.DiagnosticHeaders.ActivityId))).ToList();
        foreach (var settled in await settler.SettleAsync(work, options.BatchPatience, stopping.Token))
        {
            if (settled.Error is { } error)
                await PutAsideAsync(byPayment[settled.Key], error.Message, stopping.Token);
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
}
