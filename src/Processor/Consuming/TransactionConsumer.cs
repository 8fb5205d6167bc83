using KkiaEvents.Bus;
using KkiaEvents.Contracts;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>Takes webhooks from the bus; each is acknowledged once its batch is committed.</summary>
internal sealed class TransactionConsumer(TransactionBatches batches, RenewedWebhooks renewed, HeldMessages held) : IConsumer<TransactionNotification>
{
    public Task Consume(ConsumeContext<TransactionNotification> context) =>
        held.HoldAsync(Topology.TransactionsQueue, () => renewed.RunAsync(context, batches.SettleAsync(context)));
}
