using KkiaEvents.Contracts;

namespace KkiaEvents.Ledger.Operating;

// What is stored in the stream of one replay run: operations/replay/{run id}.

/// <summary>Which stored outcomes to publish again. Every criterion narrows; one that is null does not.</summary>
public sealed record ReplaySelection
{
    /// <summary>One merchant's.</summary>
    public string? Merchant { get; init; }

    /// <summary>One transaction's.</summary>
    public string? TransactionId { get; init; }

    /// <summary>One order's, by the shop's order id.</summary>
    public string? OrderId { get; init; }

    /// <summary>Recorded at or after this time, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Recorded before this time, UTC.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Of these types (<see cref="OrderPaid"/> by its name, and so on); empty for every type.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];
}

/// <summary>Outcomes will be published again: the first event of a run's stream.</summary>
/// <param name="RunId">The run's id, which is also the nonce that its messages carry.</param>
/// <param name="By">Who asked.</param>
/// <param name="Reason">Why, in the asker's words.</param>
/// <param name="Selection">Which outcomes.</param>
/// <param name="Queue">The only queue that gets them; null for everybody.</param>
/// <param name="Outcomes">How many there are.</param>
/// <param name="UpTo">The last one's position: outcomes that come later are not part of the run.</param>
/// <param name="PerSecond">The limit, messages a second.</param>
/// <param name="StartedAt">When, UTC.</param>
public sealed record ReplayStarted(
    Guid RunId, string By, string Reason, ReplaySelection Selection, string? Queue, long Outcomes, long UpTo, int PerSecond, DateTimeOffset StartedAt);

/// <summary>A run that had stopped goes on after its last position.</summary>
/// <param name="By">Who asked.</param>
/// <param name="ResumedAt">When, UTC.</param>
public sealed record ReplayResumed(string By, DateTimeOffset ResumedAt);

/// <summary>The broker confirmed everything up to a position.</summary>
/// <param name="Position">The position.</param>
/// <param name="Published">How many messages the broker confirmed in this run so far.</param>
/// <param name="Unrouted">How many of them no queue was bound for.</param>
/// <param name="ProgressedAt">When, UTC.</param>
public sealed record ReplayProgressed(long Position, long Published, long Unrouted, DateTimeOffset ProgressedAt);

/// <summary>A run ended: everything was published, or it stopped and can be resumed.</summary>
/// <param name="Completed">True when everything was published.</param>
/// <param name="Published">How many messages the broker confirmed.</param>
/// <param name="Unrouted">How many of them no queue was bound for.</param>
/// <param name="Problem">Why it stopped; null when it did not.</param>
/// <param name="EndedAt">When, UTC.</param>
public sealed record ReplayEnded(bool Completed, long Published, long Unrouted, string? Problem, DateTimeOffset EndedAt);
