using System.Globalization;
using System.Text;
using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Turns the stored events of one stream into entries of a story.</summary>
internal sealed class StoryTeller(Func<string, IReadOnlyList<string>> secretsOf)
{
    /// <summary>Tells one stream's events, in order of version.</summary>
    /// <param name="payment">The payment before them; after them in the result. Null for an order's stream.</param>
    /// <param name="events">The events.</param>
    public (List<StoryEntry> Entries, Payment? Payment) Tell(Payment? payment, IReadOnlyList<StoredEvent> events)
    {
        var entries = new List<StoryEntry>(events.Count);
        VerificationAnswered? answer = null;
        for (var i = 0; i < events.Count; i++)
        {
            var e = events[i];
            var data = Read(e);
            var next = i + 1 < events.Count && StoredEvent.IsOutcome(events[i + 1].Type);
            entries.Add(Tell(e, data, payment, answer, outcomeFollows: next));
            answer = data as VerificationAnswered;
            payment = data is null ? payment : payment?.Evolve(data);
        }

        return (entries, payment);
    }

    private static object? Read(StoredEvent e)
    {
        try
        {
            return e.Read();
        }
        catch (JsonException)
        {
            // Shown as it stands; rederive names it.
            return null;
        }
    }

    private StoryEntry Tell(StoredEvent e, object? data, Payment? before, VerificationAnswered? answer, bool outcomeFollows)
    {
        var entry = new StoryEntry
        {
            At = e.At, Kind = StoryKind.Act, StreamId = e.StreamId, Position = e.Position, Version = e.Version, Type = e.Type,
            Summary = ActSummary.Of(data) ?? e.Type.Replace('_', ' '), Data = e.ToJson(),
        };
        return data switch
        {
            WebhookRecorded claim => entry with
            {
                Kind = StoryKind.Webhook,
                Summary = $"Webhook {claim.Event}{Claimed(claim)}",
                Authentication = Authentication(claim, e.StreamId),
                Raw = claim.Body,
            },
            PaymentAnnounced announced => entry with { Kind = StoryKind.Announcement, Summary = $"The shop announced this transaction for order {announced.OrderId}" },
            OrderAnnounced announced => entry with
            {
                Kind = StoryKind.Announcement,
                Summary = $"The shop announced that order {announced.OrderId} is due {Xof(announced.Amount)}{(announced.TransactionId is { } id ? $", to be paid by {id}" : "")}",
            },
            OrderWithdrawn withdrawn => entry with { Kind = StoryKind.Announcement, Summary = $"The shop withdrew order {withdrawn.OrderId}: it no longer expects it to be paid" },
            VerificationAnswered answered => entry with
            {
                Kind = StoryKind.Answer,
                Summary = $"KKiaPay was asked and answered {Word(answered)}{(answered.Answer.Amount is { } amount ? $", {Xof(amount)}" : answered.Answer.AmountText is { } text ? $", amount '{text}'" : "")}",
                Rule = outcomeFollows || before is null ? null : DecisionRule.Of(before, answered, null),
                Raw = answered.Answer.Raw,
            },
            VerificationUnanswered unanswered => entry with
            {
                Kind = StoryKind.Answer,
                Summary = $"KKiaPay was asked {unanswered.Attempts} times in a row and gave no answer that can be used: {unanswered.Error}",
            },
            OrderEvent outcome => entry with
            {
                Kind = StoryKind.Outcome,
                Summary = Said(outcome),
                Rule = before is null ? null : DecisionRule.Of(before, answer, outcome),
            },
            _ => entry,
        };
    }

    private string Authentication(WebhookRecorded claim, string streamId)
    {
        if (claim.Signature is not { } signature)
            return "The sender showed the shared secret itself; it was compared on arrival and is never stored.";
        var secrets = secretsOf(StoredEvent.PaymentAt(streamId)?.Merchant ?? "");
        if (secrets.Count == 0)
            return "HMAC-SHA256 of the body, checked on arrival (no secret at hand to check it again).";
        return WebhookSignature.Check(Encoding.UTF8.GetBytes(claim.Body), signature, secrets) switch
        {
            SignatureForm.Hmac => "HMAC-SHA256 of the body, checked on arrival and again now.",
            SignatureForm.HmacOfStringified => "HMAC-SHA256 of the body as JavaScript writes it, checked on arrival and again now.",
            _ => "HMAC-SHA256 of the body, checked on arrival; it matches none of today's secrets (rotated since, or changed).",
        };
    }

    private static string Claimed(WebhookRecorded claim) =>
        (claim.Amount is { } amount ? $", claims {Xof(amount)}" : "") + (claim.OrderId is { } order ? $", names order {order}" : "");

    private static string Word(VerificationAnswered answered) =>
        answered.Answer.ProviderStatus.Length > 0 ? $"{answered.Answer.ProviderStatus} ({answered.Status})" : answered.Status.ToString();

    private static string Said(OrderEvent outcome) => outcome switch
    {
        OrderPaid paid => $"OrderPaid: {Xof(paid.Amount)}{(paid.AmountStated == true ? ", stated by a person" : "")}{For(paid)}{(paid.PaidForOrder is { } all ? $", which has {Xof(all)}" : "")}",
        OrderPaymentFailed failed => $"OrderPaymentFailed: {failed.FailureCode}{For(failed)}",
        OrderPaymentFlagged flagged => $"OrderPaymentFlagged: {flagged.Reason}{For(flagged)}",
        OrderRefunded refunded => $"OrderRefunded: {Xof(refunded.Amount)}{For(refunded)}",
        _ => outcome.GetType().Name,
    };

    private static string For(OrderEvent outcome) => outcome.OrderId is { } order ? $" for order {order}" : "";

    private static string Xof(long amount) => string.Create(CultureInfo.InvariantCulture, $"{amount:#,0} XOF");
}
