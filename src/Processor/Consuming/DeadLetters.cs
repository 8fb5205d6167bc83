using KkiaEvents.Bus;
using KkiaEvents.Contracts;
using KkiaEvents.Processor.Relaying;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>Puts a message that can never be processed where a person finds it, and says why. The original is acknowledged only after the broker confirmed the copy.</summary>
internal sealed partial class DeadLetters(IOutgoingBus bus, ProcessorOptions options, ProcessorMetrics metrics, ILogger<DeadLetters> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly Uri Exchange = new($"exchange:{Topology.DeadLetters}");

    /// <summary>Puts a webhook aside.</summary>
    /// <exception cref="Exception">The broker does not have the copy for certain: the original must stay.</exception>
    public async Task PutAsideAsync(ConsumeContext<TransactionNotification> message, string reason, CancellationToken cancellationToken)
    {
        await SentAsync(token => SendAsync(message, reason, token), cancellationToken);
        LogPutAside(reason, message.Message.DeliveryId, $"{message.Message.Merchant}/{message.Message.TransactionId}");
    }

    /// <summary>Puts a message aside as it came, byte for byte, under its own id and headers. Its <c>user-id</c> stays behind: the broker takes only our own.</summary>
    /// <exception cref="Exception">The broker does not have the copy for certain: the original must stay.</exception>
    public async Task PutAsideAsync(ReceiveContext message, string queue, string reason)
    {
        var copy = new MessageCopy(message);
        await SentAsync(async token =>
        {
            var endpoint = await bus.GetSendEndpoint(Exchange);
            await endpoint.Send(copy, context => copy.WriteTo(context, queue, reason), token);
        }, message.CancellationToken);
        LogPutAsideUnread(queue, reason, copy.Id ?? "none");
    }

    private async Task SentAsync(Func<CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            await send(deadline.Token);
        }
        catch (MessageReturnedException)
        {
            // Somebody took the queue of dead letters away while we run.
            await TopologyDeclaration.DeclareAsync(options.Bus, deadline.Token);
            await send(deadline.Token);
        }

        metrics.DeadLettered();
    }

    private async Task SendAsync(ConsumeContext<TransactionNotification> message, string reason, CancellationToken cancellationToken)
    {
        var endpoint = await bus.GetSendEndpoint(Exchange);
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

    [LoggerMessage(Level = LogLevel.Error, Message = "A message in {Queue} can't be read: {Reason} It is in the dead letters (kkia dead list); its message id: {MessageId}")]
    private partial void LogPutAsideUnread(string queue, string reason, string messageId);
}
