using System.Text.Json;
using System.Text.Json.Serialization;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>What an entry of a story is. Written by name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StoryKind>))]
public enum StoryKind
{
    /// <summary>A shop announced what an order is due, or which transaction pays it.</summary>
    Announcement,

    /// <summary>A webhook that said something new.</summary>
    Webhook,

    /// <summary>A question to KKiaPay with its answer.</summary>
    Answer,

    /// <summary>An outcome.</summary>
    Outcome,

    /// <summary>Any other stored event: what an operator did.</summary>
    Act,

    /// <summary>The outcome on its way to the bus: confirmed by the broker, or not yet.</summary>
    Delivery,

    /// <summary>KKiaPay is to be asked again.</summary>
    Due,
}

/// <summary>One thing that happened.</summary>
public sealed record StoryEntry
{
    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What it is.</summary>
    public required StoryKind Kind { get; init; }

    /// <summary>The payment's or order's stream that it belongs to.</summary>
    public required string StreamId { get; init; }

    /// <summary>The stored event's position in the ledger; null for what is no event (deliveries, due rows).</summary>
    public long? Position { get; init; }

    /// <summary>The stored event's place in its stream.</summary>
    public long? Version { get; init; }

    /// <summary>The stored event's type, or the message's.</summary>
    public required string Type { get; init; }

    /// <summary>What happened, in a sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>For a webhook, how its sender was authenticated.</summary>
    public string? Authentication { get; init; }

    /// <summary>For an answer without outcome and for an outcome, the rule that decided so.</summary>
    public string? Rule { get; init; }

    /// <summary>For a webhook, its body as it came; for an answer, KKiaPay's as it came.</summary>
    public string? Raw { get; init; }

    /// <summary>The stored event as it stands.</summary>
    public JsonElement? Data { get; init; }
}

/// <summary>Everything about one payment, or about one order with all its payments, in order of time.</summary>
public sealed record Story
{
    /// <summary>The merchant.</summary>
    public required string Merchant { get; init; }

    /// <summary>The order, when the story is an order's; else the one that the payment is for; null when none is known.</summary>
    public string? OrderId { get; init; }

    /// <summary>The transaction, when the story is one payment's; null for an order's.</summary>
    public string? TransactionId { get; init; }

    /// <summary>The time that it is told as of; null for now.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>The payments as they stood.</summary>
    public required IReadOnlyList<Payment> Payments { get; init; }

    /// <summary>The order as it stood; null when none is known.</summary>
    public Order? Order { get; init; }

    /// <summary>What happened, oldest first.</summary>
    public required IReadOnlyList<StoryEntry> Entries { get; init; }
}
