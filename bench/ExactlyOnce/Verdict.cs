namespace KkiaEvents.Bench.ExactlyOnce;

/// <summary>What went in and what came out, counted as Jepsen's total-queue counts.</summary>
internal sealed record Verdict
{
    /// <summary>What was done.</summary>
    public required string Trial { get; init; }

    /// <summary>Requests sent to Ingress, retries of refused ones included.</summary>
    public required int Attempted { get; init; }

    /// <summary>Webhooks that Ingress answered 2xx.</summary>
    public required int Acknowledged { get; init; }

    /// <summary>Payments of which at least one webhook was acknowledged: each is owed exactly one outcome.</summary>
    public required int Owed { get; init; }

    /// <summary>Payments whose OrderPaid reached the subscriber.</summary>
    public required int Delivered { get; init; }

    /// <summary>Deliveries of an event that had come before, under the same id. Allowed: at least once.</summary>
    public required int Repeated { get; init; }

    /// <summary>Second OrderPaid of a payment, on the bus or in the ledger.</summary>
    public required long Doubled { get; init; }

    /// <summary>Anything else that came.</summary>
    public required int Unexpected { get; init; }

    /// <summary>Outcomes or questions that the ledger still holds, after all is quiet.</summary>
    public required long Waiting { get; init; }

    /// <summary>Owed and not delivered.</summary>
    public int Lost => Math.Max(0, Owed - Delivered);

    /// <summary>Payments that were delivered although no webhook of theirs was acknowledged: a refusal may come after the broker took it.</summary>
    public int Recovered => Math.Max(0, Delivered - Owed);

    public bool IsRight => Lost == 0 && Doubled == 0 && Unexpected == 0 && Waiting == 0;
}
