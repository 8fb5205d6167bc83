using KkiaEvents.Sandbox.Payments;

namespace KkiaEvents.Sandbox.Webhooks;

/// <summary>One send that a payment's template calls for.</summary>
/// <param name="Due">Counted from the payment's creation.</param>
/// <param name="Outcome">What it tells.</param>
/// <param name="PerformedAfter">When that happened, counted from the payment's creation.</param>
internal sealed record PlannedWebhook(TimeSpan Due, Outcome Outcome, TimeSpan PerformedAfter);

/// <summary>Which webhooks a payment's template calls for, and when. No webhook announces a refund.</summary>
internal static class WebhookPlan
{
    public static IReadOnlyList<PlannedWebhook> For(PaymentTemplate payment, Random random)
    {
        if (!payment.Webhook.Send || payment.Outcome == Outcome.Pending) return [];

        var settled = payment.SettleAfter;
        var told = payment.Outcome is Outcome.Unknown or Outcome.Refunded ? Outcome.Success : payment.Outcome;
        List<PlannedWebhook> plan = [new(settled, told, settled)];
        if (payment.LateSuccessAfter is { } late) plan.Add(new(settled + late, Outcome.Success, settled + late));

        var sends = plan.SelectMany(w => Enumerable.Repeat(w, 1 + payment.Webhook.Duplicates)).ToArray();
        if (!payment.Webhook.Shuffle) return sends;

        // The times stay, what is told at each of them changes places: so a success may overtake its failure.
        var times = sends.Select(w => w.Due).ToArray();
        random.Shuffle(sends);
        return [.. sends.Zip(times, (webhook, due) => webhook with { Due = due })];
    }
}
