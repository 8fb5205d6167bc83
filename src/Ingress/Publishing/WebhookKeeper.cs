using KkiaEvents.Ingress.Spooling;
using KkiaEvents.Ingress.Webhooks;

namespace KkiaEvents.Ingress.Publishing;

/// <summary>Makes a webhook safe: at the broker when it confirms in time, else in the spool. Else it says why not.</summary>
internal sealed partial class WebhookKeeper(
    WebhookPublisher publisher, BrokerGate gate, Spool spool, SpoolDrain drain, SpoolMetrics spooling, IngressOptions options, TimeProvider time, ILogger<WebhookKeeper> log)
{
    // With the publish's deadline before it, it stays far from the 7.5 s after which the sender is gone.
    private static readonly TimeSpan DiskPatience = TimeSpan.FromSeconds(3);

    /// <returns>Null once it is safe.</returns>
    public async Task<Refusal?> KeepAsync(IncomingWebhook webhook)
    {
        // With nothing in the spool there is no probe either: then this one is it.
        var direct = gate.Trouble is null || spool.State.Depth == 0;
        var why = gate.Trouble;
        if (direct)
        {
            (var outcome, why) = await publisher.PublishAsync(webhook, options.PublishTimeout);
            if (outcome == PublishOutcome.Confirmed)
                return null;
        }

        try
        {
            await spool.AppendAsync(SpooledWebhook.Of(webhook, time.GetUtcNow())).WaitAsync(DiskPatience, time);
            spooling.Spooled();
            drain.Spooled(why ?? "no confirm in time");
            LogSpooled(webhook.Event, webhook.DeliveryId, webhook.CorrelationId);
            return null;
        }
        catch (Exception e) when (e is SpoolException or TimeoutException)
        {
            var full = e is SpoolException { Trouble: SpoolTrouble.Full };
            spooling.Failed(full ? "full" : "disk");
            var refused = e is TimeoutException ? "The spool's disk does not answer." : e.Message;
            if (!direct && (await publisher.PublishAsync(webhook, options.PublishTimeout)).Outcome == PublishOutcome.Confirmed)
                return null;
            LogNotKept(why ?? "no confirm in time", refused, webhook.DeliveryId, webhook.CorrelationId);
            return Refusals.NotKept(full ? refused : "its disk refuses.");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Webhook {Event} spooled as delivery {DeliveryId} for {CorrelationId}")]
    private partial void LogSpooled(string @event, Guid deliveryId, string correlationId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Webhook not kept (broker: {Error}; spool: {Refused}): delivery {DeliveryId} for {CorrelationId} was answered 503 and must come again")]
    private partial void LogNotKept(string error, string refused, Guid deliveryId, string correlationId);
}
