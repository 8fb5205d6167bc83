namespace KkiaEvents.Ledger.Operating;

// What is stored in the stream of one message that a person decided about: operations/dead-letter/{message id}.

/// <summary>A message went back to where it came from. Recorded after the broker confirmed it, before it left the queue.</summary>
/// <param name="Queue">The queue in which it waited for a person.</param>
/// <param name="Destination">The queue that it went to.</param>
/// <param name="By">Who decided.</param>
/// <param name="RetriedAt">When, UTC.</param>
public sealed record DeadLetterRetried(string Queue, string Destination, string By, DateTimeOffset RetriedAt);

/// <summary>A message was given up. Recorded before it left the queue, with all that it said.</summary>
/// <param name="Queue">The queue in which it waited for a person.</param>
/// <param name="By">Who decided.</param>
/// <param name="Reason">Why, in that person's words.</param>
/// <param name="Body">The message, as text; in base64 when it is no UTF-8.</param>
/// <param name="Headers">Its headers, as text.</param>
/// <param name="DiscardedAt">When, UTC.</param>
public sealed record DeadLetterDiscarded(
    string Queue, string By, string Reason, string Body, IReadOnlyDictionary<string, string> Headers, DateTimeOffset DiscardedAt);
