using KkiaEvents.Bus;
using KkiaEvents.Contracts;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>Puts a message that can never be processed where a person finds it, and says why. The original is acknowledged only after the broker confirmed the copy.</summary>
internal sealed partial class DeadLetters(IBus bus, ProcessorMetrics metrics, ILogger<DeadLetters> log)
{
    public async Task PutAsideAsync(ConsumeContext<TransactionNotification> message, string reason, CancellationToken cancellationToken)
    {
        var endpoint = await bus.GetSendEndpoint(new($"exchange:{Topology.DeadLetters}"));
        await endpoint.Send(message.Message, context =>
        {
            context.MessageId = message.MessageId;
            context.Headers.Set("kkiaevents-reason", reason);
            context.Headers.Set("kkiaevents-queue", Topology.TransactionsQueue);
        }, cancellationToken);
        metrics.DeadLettered();
        LogPutAside(reason, message.Message.DeliveryId, $"{message.Message.Merchant}/{message.Message.TransactionId}");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A webhook can't be processed ({Reason}): delivery {DeliveryId} is in the dead letters; {CorrelationId}")]
    private partial void LogPutAside(string reason, Guid deliveryId, string correlationId);
}
