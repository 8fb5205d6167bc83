namespace KkiaEvents.Chaos.Judging;

/// <summary>Everything that happened, as seen from outside: by the provider that sent and by the shop that listened.</summary>
internal sealed record History
{
    public required IReadOnlyList<Payment> Payments { get; init; }

    /// <summary>Every try of every webhook, with the answer as the provider heard it.</summary>
    public required IReadOnlyList<WebhookTry> Tries { get; init; }

    /// <summary>Every order event as it came over the bus, repeats included, in the order in which they came.</summary>
    public required IReadOnlyList<Delivered> Delivered { get; init; }

    /// <summary>Transactions whose announcement the broker confirmed.</summary>
    public IReadOnlySet<string> Announced { get; init; } = new HashSet<string>();

    /// <summary>Transactions whose refund the ledger took on.</summary>
    public IReadOnlySet<string> RefundsAsked { get; init; } = new HashSet<string>();

    /// <summary>Transactions that the ledger still has a due row or an undelivered outcome for.</summary>
    public required IReadOnlySet<string> Open { get; init; }

    /// <summary>What lies in the dead letters in the end, each by its transaction.</summary>
    public IReadOnlyList<string> DeadLettered { get; init; } = [];

    public IReadOnlyList<Fault> Faults { get; init; } = [];
}

/// <summary>What a payment's outcome has to be, by the provider's own books.</summary>
internal enum Truth
{
    /// <summary>Complete: OrderPaid and nothing else.</summary>
    Paid,

    /// <summary>Failed for good: OrderPaymentFailed and nothing else.</summary>
    Failed,

    /// <summary>Failed first, complete later: OrderPaid once the success was told; the failure may have gone out before.</summary>
    PaidLate,

    /// <summary>What the webhook says is not what the provider knows: a flag, never OrderPaid.</summary>
    Flagged,

    /// <summary>Complete, and so is another payment of the same order: one is OrderPaid, the other flagged.</summary>
    SharesOrder,

    /// <summary>Complete, and no webhook ever comes: OrderPaid once the shop's announcement got through.</summary>
    Announced,

    /// <summary>Complete, and refunded by the shop once it is paid: OrderPaid, then OrderRefunded.</summary>
    Refunded,

    /// <summary>Its webhooks are not authentic: nothing at all.</summary>
    Forged,
}

/// <summary>A payment at the provider.</summary>
/// <param name="Transaction">Its transaction id.</param>
/// <param name="Order">The order that it pays.</param>
/// <param name="Amount">Whole XOF, by the provider's books.</param>
/// <param name="Truth">What must become of it.</param>
internal sealed record Payment(string Transaction, string Order, long Amount, Truth Truth);

/// <summary>One try of a webhook.</summary>
/// <param name="At">When it was sent, UTC.</param>
/// <param name="Transaction">What it is about.</param>
/// <param name="Event"><c>transaction.success</c> and the like.</param>
/// <param name="Status">The answer's HTTP status; null when none came.</param>
internal sealed record WebhookTry(DateTimeOffset At, string Transaction, string Event, int? Status)
{
    public bool IsAcknowledged => Status is >= 200 and <= 299;
}

/// <summary>An order event as it came over the bus.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="EventId">Its id: the same again is a repeat.</param>
/// <param name="Type"><c>OrderPaid</c> and the like.</param>
/// <param name="Transaction">What it is about.</param>
/// <param name="Order">The order that it names.</param>
/// <param name="Amount">Whole XOF; 0 when it names none.</param>
internal sealed record Delivered(DateTimeOffset At, Guid EventId, string Type, string Transaction, string? Order, long Amount);

/// <summary>Something that was done to the system.</summary>
/// <param name="Kind">What.</param>
/// <param name="From">From when, UTC.</param>
/// <param name="To">Until when it was healed, UTC.</param>
internal sealed record Fault(string Kind, DateTimeOffset From, DateTimeOffset To);
