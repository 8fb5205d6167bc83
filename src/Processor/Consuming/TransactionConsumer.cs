using KkiaEvents.Contracts;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>Takes webhooks from the bus; each is acknowledged once its batch is committed.</summary>
internal sealed class TransactionConsumer(TransactionBatches batches) : IConsumer<TransactionNotification>
{
    public Task Consume(ConsumeContext<TransactionNotification> context) => batches.SettleAsync(context);
}
