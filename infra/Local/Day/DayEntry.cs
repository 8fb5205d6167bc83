namespace KkiaEvents.Local.Day;

/// <summary>One payment of the day.</summary>
/// <param name="Sent">What goes in, in words.</param>
/// <param name="TransactionId">Its id, chosen by us.</param>
/// <param name="OrderId">The order that its events must name; null for none.</param>
/// <param name="Play">Makes it happen; returns what is worth noting of the way in (an HTTP status), mostly nothing.</param>
/// <param name="Expected">What must be noted and come out, in this order, and nothing else.</param>
internal sealed record DayEntry(
    string Sent,
    string TransactionId,
    string? OrderId,
    Func<DayStage, CancellationToken, Task<string?>> Play,
    IReadOnlyList<string> Expected)
{
    /// <summary>What the way in answered, once played.</summary>
    public string? Noted { get; set; }

    /// <summary>How many events must come, the note aside.</summary>
    public int ExpectedEvents => Expected.Count(one => one.StartsWith("Order", StringComparison.Ordinal) || one == EventCollector.Unrecognized);

    /// <summary>What was noted and came out.</summary>
    public IReadOnlyList<string> Actual(EventCollector events)
    {
        var about = events.About(TransactionId);
        var outcomes = about.Select((one, index) => one.Summary(OrderId, about.Take(index)));
        return [.. Noted is null ? [] : new[] { Noted }, .. outcomes];
    }
}

/// <summary>What the day is played with.</summary>
internal sealed record DayStage(SandboxControl Sandbox, EventCollector Events, LedgerProbe Ledger);
