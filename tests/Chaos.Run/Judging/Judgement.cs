namespace KkiaEvents.Chaos.Judging;

/// <summary>What went in and what came out, counted as Jepsen's total-queue counts. Payments, where nothing else is said.</summary>
internal sealed record Judgement
{
    /// <summary>Tries of webhooks.</summary>
    public required int Attempted { get; init; }

    /// <summary>Tries that were answered 2xx.</summary>
    public required int Acknowledged { get; init; }

    /// <summary>Payments with at least one acknowledged webhook or a confirmed announcement: each is owed its outcome.</summary>
    public required int Owed { get; init; }

    /// <summary>Payments whose right outcome came.</summary>
    public required int Delivered { get; init; }

    /// <summary>Owed, not delivered, and still open in the ledger: it will be asked about again.</summary>
    public required int Open { get; init; }

    /// <summary>Owed, not delivered, and nobody will ever ask again. Must be 0.</summary>
    public required IReadOnlyList<string> Lost { get; init; }

    /// <summary>Deliveries of an event id that had come before. Allowed: at least once.</summary>
    public required int Repeated { get; init; }

    /// <summary>A second OrderPaid of a transaction or of an order, or a second OrderRefunded of a transaction. Must be 0.</summary>
    public required IReadOnlyList<string> Doubled { get; init; }

    /// <summary>Outcomes that contradict the provider's books, name another order or amount, or are about something nobody told. Must be 0.</summary>
    public required IReadOnlyList<string> Unexpected { get; init; }

    /// <summary>Messages that wait for a person, though none is at fault: the faults are. Must be 0.</summary>
    public required IReadOnlyList<string> DeadLettered { get; init; }

    /// <summary>Delivered although the provider never heard a 2xx: the answer was lost, the webhook was not.</summary>
    public required int Recovered { get; init; }

    /// <summary>The same by what was being done while a payment's webhooks came.</summary>
    public required IReadOnlyList<FaultTally> ByFault { get; init; }

    public bool IsRight => Lost.Count == 0 && Doubled.Count == 0 && Unexpected.Count == 0 && DeadLettered.Count == 0;
}

/// <summary>What happened to webhooks that were sent while one kind of fault was on.</summary>
/// <param name="Kind">The fault.</param>
/// <param name="Times">How often it was done.</param>
/// <param name="Attempted">Tries while it was on.</param>
/// <param name="Acknowledged">Of these, answered 2xx.</param>
/// <param name="Payments">Payments that these tries were about.</param>
/// <param name="Lost">Of these, lost.</param>
/// <param name="Doubled">Of these, paid twice.</param>
/// <param name="Recovered">Of these, delivered although no 2xx was heard.</param>
internal sealed record FaultTally(string Kind, int Times, int Attempted, int Acknowledged, int Payments, int Lost, int Doubled, int Recovered);
