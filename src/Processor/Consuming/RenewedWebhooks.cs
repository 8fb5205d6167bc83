using KkiaEvents.Bus;
using KkiaEvents.Contracts;
using KkiaEvents.Processor.Relaying;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>
/// An outage costs a webhook that is in hand one delivery, and the broker holds it to be poison after
/// <see cref="Topology.DeliveryLimit"/>. So who has used up half of them when the ledger goes away goes back as a new message, which has
/// all of them: no number of outages makes a dead letter. Only an outage does this: what Processor dies of, dies out.
/// </summary>
internal sealed partial class RenewedWebhooks(IOutgoingBus bus, ConsumedEndpoints endpoints, ILogger<RenewedWebhooks> log)
{
    private const int MostDeliveries = Topology.DeliveryLimit / 2;

    // Less than an endpoint that stops leaves what it holds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Ends with the work, or in an outage once the message is in the queue anew: then it is to be acknowledged.</summary>
    public async Task RunAsync(ConsumeContext<TransactionNotification> message, Task work)
    {
        if (DeliveriesOf(message) < MostDeliveries || await Task.WhenAny(work, endpoints.StoppingForOutage) == work || !await TryRenewAsync(message))
            await work;
    }

    // How often the broker had it back. RabbitMQ says so of a quorum queue's messages only.
    private static long DeliveriesOf(ConsumeContext message) =>
        message.ReceiveContext.TransportHeaders.TryGetHeader("x-delivery-count", out var count) ? Convert.ToInt64(count, System.Globalization.CultureInfo.InvariantCulture) : 0;

    private async Task<bool> TryRenewAsync(ConsumeContext<TransactionNotification> message)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(message.CancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            // The exchange in front of the queue: it feeds nothing else.
            var endpoint = await bus.GetSendEndpoint(new($"exchange:{Topology.TransactionsQueue}"));
            await endpoint.Send(message.Message, context =>
            {
                if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                    rabbit.Mandatory = true;
                context.MessageId = message.MessageId;
                if (message.Headers.Get<string>(MassTransit.Logging.DiagnosticHeaders.ActivityId) is { } trace)
                    context.Headers.Set(MassTransit.Logging.DiagnosticHeaders.ActivityId, trace);
            }, deadline.Token);
            return true;
        }
        catch (Exception e)
        {
            LogNotRenewed(e.Message, $"{message.Message.Merchant}/{message.Message.TransactionId}");
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A webhook goes back to the queue with the deliveries that it has used up, since the broker takes no new copy ({Error}): {CorrelationId}")]
    private partial void LogNotRenewed(string error, string correlationId);
}
