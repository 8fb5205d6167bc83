using KkiaEvents.Sandbox.Merchants;
using KkiaEvents.Sandbox.Payments;

namespace KkiaEvents.Sandbox.Webhooks;

/// <summary>Sends payments' webhooks at their time, and again by the provider's own schedule.</summary>
internal sealed class WebhookSender(
    WebhookTransport transport,
    DeliveryLog log,
    SandboxStats stats,
    TimeProvider time,
    ILogger<WebhookSender> logger)
{
    /// <summary>Sends every webhook that the payment's template plans, each at its time.</summary>
    public void Schedule(Payment payment)
    {
        var template = payment.Template;
        foreach (var planned in WebhookPlan.For(template, Random.Shared))
        {
            var body = WebhookBody.Write(
                payment, planned.Outcome, template.FailureCode, template.FailureMessage,
                payment.CreatedAt + planned.PerformedAfter);
            Start(payment, WebhookBody.EventOf(template, planned.Outcome), body, planned.Due, planned: true);
        }
    }

    /// <summary>Tells the payment as it is now, with the usual retries.</summary>
    /// <returns>False when there is nothing to tell yet.</returns>
    public bool SendNow(Payment payment)
    {
        var now = time.GetUtcNow();
        if (payment.TellableAt(now) is not { } outcome || outcome == Outcome.Pending) return false;
        if (outcome is Outcome.Unknown or Outcome.Refunded) outcome = Outcome.Success;
        var facts = payment.At(now);
        var body = WebhookBody.Write(
            payment, outcome, facts.FailureCode ?? payment.Template.FailureCode,
            facts.FailureMessage ?? payment.Template.FailureMessage, facts.PerformedAt);
        Start(payment, WebhookBody.EventOf(payment.Template, outcome), body, TimeSpan.Zero, planned: false);
        return true;
    }

    /// <summary>One try, without retries.</summary>
    public async Task<DeliveryAttempt> TryAsync(
        SandboxMerchant merchant, Payment? payment, string? eventName, byte[] body, SignatureMode signature,
        string contentType = "application/json", int attempt = 1)
    {
        var at = time.GetUtcNow();
        var header = WebhookSigner.Sign(signature, merchant.WebhookSecret, body);
        var (status, error) = await transport.PostAsync(merchant.WebhookUrl, body, contentType, header);
        var result = new DeliveryAttempt(at, merchant.Name, payment?.Id, eventName, attempt, status, error);
        log.Add(result);
        stats.WebhookTried(result.Accepted);
        return result;
    }

    private void Start(Payment payment, string eventName, byte[] body, TimeSpan due, bool planned) =>
        _ = DeliverAsync(payment, eventName, body, Task.Delay(due, time, transport.Stopping), planned);

    private async Task DeliverAsync(Payment payment, string eventName, byte[] body, Task due, bool planned)
    {
        try
        {
            await due.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            if (planned && payment.MovedByHand)
            {
                stats.WebhookCalledOff();
                return;
            }

            for (var attempt = 1; ; attempt++)
            {
                var result = await TryAsync(
                    payment.Template.Merchant, payment, eventName, body, payment.Template.Webhook.Signature, attempt: attempt);
                if (result.Accepted) return;
                if (RetrySchedule.WaitAfter(attempt) is not { } wait) break;
                await Task.Delay(wait, time, transport.Stopping);
            }

            stats.WebhookGivenUp();
        }
        catch (Exception e) when (!transport.Stopping.IsCancellationRequested)
        {
            logger.LogError(e, "A webhook of {TransactionId} could not be sent", payment.Id);
        }
        catch (Exception)
        {
            // The program stops: see WebhookTransport.Stopping.
        }
    }
}
