using KkiaEvents.Bus;
using KkiaEvents.Contracts;
using KkiaEvents.Ingress.Webhooks;
using MassTransit;

namespace KkiaEvents.Ingress.Publishing;

/// <summary>What came of a publish.</summary>
internal enum PublishOutcome
{
    /// <summary>The broker confirmed it as routed to a queue.</summary>
    Confirmed,

    /// <summary>No queue takes it, although the topology was declared again.</summary>
    Unroutable,

    /// <summary>No confirm in time, or an error: whether the broker has it is not known.</summary>
    Unknown,
}

/// <summary>Puts a webhook on the bus, and tells whether the broker has it for certain: confirmed, and routed to a queue.</summary>
internal sealed partial class WebhookPublisher(
    IBus bus, BrokerGate gate, TopologyKeeper topology, WebhookMetrics metrics, TimeProvider time, ILogger<WebhookPublisher> log)
{
    public async Task<(PublishOutcome Outcome, string? Why)> PublishAsync(IncomingWebhook webhook, TimeSpan patience)
    {
        // It would be confirmed, and lie in a queue that nobody can consume from.
        if (topology.WrongQueue is { } wrong)
        {
            gate.Failed(wrong);
            return (PublishOutcome.Unknown, wrong);
        }

        var started = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(patience, time);
        try
        {
            try
            {
                await gate.RunAsync(token => SendAsync(webhook, token), deadline.Token);
            }
            catch (MessageReturnedException)
            {
                // Confirmed but unroutable: somebody took the queue or a binding away while we run. Put it back, once.
                LogUnroutable(webhook.CorrelationId);
                await topology.DeclareAsync(deadline.Token).WaitAsync(deadline.Token);
                await gate.RunAsync(token => SendAsync(webhook, token), deadline.Token);
            }
        }
        catch (MessageReturnedException e)
        {
            // The broker is there; it is this message that has no way.
            if (webhook.Message is not TransactionUnrecognized)
                topology.Routed(false);
            return (PublishOutcome.Unroutable, e.Message);
        }
        catch (Exception e)
        {
            var why = e is OperationCanceledException ? "no confirm in time" : e.Message;
            gate.Failed(why);
            return (PublishOutcome.Unknown, why);
        }

        gate.Confirmed();
        if (webhook.Message is not TransactionUnrecognized)
            topology.Routed(true);
        metrics.Published(time.GetElapsedTime(started));
        if (webhook.Message is TransactionUnrecognized parked)
            LogParked(parked.Reason, Topology.ParkedQueue, webhook.DeliveryId, webhook.CorrelationId);
        else
            LogKept(webhook.Event, webhook.DeliveryId, webhook.CorrelationId);
        return (PublishOutcome.Confirmed, null);
    }

    private Task SendAsync(IncomingWebhook webhook, CancellationToken cancellationToken) =>
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
}
