using KkiaEvents.Bus;
using KkiaEvents.Contracts;
using KkiaEvents.Ingress.Webhooks;
using MassTransit;

namespace KkiaEvents.Ingress.Publishing;

/// <summary>Puts a webhook on the bus, and tells whether the broker has it for certain: confirmed, and routed to a queue.</summary>
internal sealed partial class WebhookPublisher(
    IBus bus, IngressOptions options, TopologyKeeper topology, WebhookMetrics metrics, TimeProvider time, ILogger<WebhookPublisher> log)
{
    public async Task<bool> TryPublishAsync(IncomingWebhook webhook, CancellationToken aborted)
    {
        var started = time.GetTimestamp();
        // The sender's going away is no reason to stop: the message may be on its way to the broker, and keeping it is right.
        using var deadline = new CancellationTokenSource(options.PublishTimeout, time);
        try
        {
            try
            {
                await PublishAsync(webhook, deadline.Token);
            }
            catch (MessageReturnedException)
            {
                // Confirmed but unroutable: somebody took the queue or a binding away while we run. Put it back, once.
                LogUnroutable(webhook.CorrelationId);
                await topology.DeclareAsync(deadline.Token);
                await PublishAsync(webhook, deadline.Token);
            }

            metrics.Published(time.GetElapsedTime(started));
            if (webhook.Message is TransactionUnrecognized parked)
                LogParked(parked.Reason, Topology.ParkedQueue, webhook.DeliveryId, webhook.CorrelationId);
            else
                LogKept(webhook.Event, webhook.DeliveryId, webhook.CorrelationId);
            return true;
        }
        catch (Exception e)
        {
            // A deadline says nothing of whether the broker has it; the sender repeats, and a repeat adds nothing.
            LogNotKept(e is OperationCanceledException ? "no confirm in time" : e.Message, webhook.DeliveryId, webhook.CorrelationId);
            return false;
        }
    }

    private Task PublishAsync(IncomingWebhook webhook, CancellationToken cancellationToken) =>
        bus.Publish(webhook.Message, webhook.Message.GetType(), context =>
        {
            context.MessageId = webhook.DeliveryId;
            if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                rabbit.Mandatory = true;
        }, cancellationToken);

    [LoggerMessage(Level = LogLevel.Information, Message = "Webhook {Event} kept as delivery {DeliveryId} for {CorrelationId}")]
    private partial void LogKept(string @event, Guid deliveryId, string correlationId);

    [LoggerMessage(Level = LogLevel.Error, Message = "An authentic webhook is not understood ({Reason}): it is parked in {Queue} as delivery {DeliveryId}, and a person must look {CorrelationId}")]
    private partial void LogParked(string reason, string queue, Guid deliveryId, string correlationId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No queue takes {CorrelationId}'s webhook: declaring the topology again")]
    private partial void LogUnroutable(string correlationId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Webhook not kept ({Error}): delivery {DeliveryId} for {CorrelationId} was answered 503 and must come again")]
    private partial void LogNotKept(string error, Guid deliveryId, string correlationId);
}
