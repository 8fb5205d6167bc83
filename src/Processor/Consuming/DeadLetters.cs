using KkiaEvents.Bus;
using KkiaEvents.Contracts;
using KkiaEvents.Processor.Relaying;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>Puts a message that can never be processed where a person finds it, and says why. The original is acknowledged only after the broker confirmed the copy.</summary>
internal sealed partial class DeadLetters(IOutgoingBus bus, ProcessorOptions options, ProcessorMetrics metrics, ILogger<DeadLetters> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <exception cref="Exception">The broker does not have the copy for certain: the original must stay.</exception>
    public async Task PutAsideAsync(ConsumeContext<TransactionNotification> message, string reason, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            await SendAsync(message, reason, deadline.Token);
        }
        catch (MessageReturnedException)
        {
            // Somebody took the queue of dead letters away while we run.
            await TopologyDeclaration.DeclareAsync(options.Bus, deadline.Token);
            await SendAsync(message, reason, deadline.Token);
        }

        metrics.DeadLettered();
        LogPutAside(reason, message.Message.DeliveryId, $"{message.Message.Merchant}/{message.Message.TransactionId}");
    }

    private async Task SendAsync(ConsumeContext<TransactionNotification> message, string reason, CancellationToken cancellationToken)
    {
        var endpoint = await bus.GetSendEndpoint(new($"exchange:{Topology.DeadLetters}"));
        await endpoint.Send(message.Message, context =>
        {
            if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                rabbit.Mandatory = true;
            context.MessageId = message.MessageId;
            context.Headers.Set(DeadLetterHeaders.Reason, reason);
            context.Headers.Set(DeadLetterHeaders.Queue, Topology.TransactionsQueue);
        }, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A webhook can't be processed ({Reason}): delivery {DeliveryId} is in the dead letters; {CorrelationId}")]
    private partial void LogPutAside(string reason, Guid deliveryId, string correlationId);
}
