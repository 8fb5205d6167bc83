namespace KkiaEvents.Ledger.Circuits;

/// <summary>
/// The clock that a replica keeps its circuits by: right at its start, and from then on as fast as time passes, so that a
/// wall clock that is set forward opens nothing early and one that is set back holds nothing for longer. It means nothing to
/// another replica: what they share goes by the database's clock (<see cref="CircuitStore"/>).
/// </summary>
public sealed class CircuitClock(TimeProvider time)
{
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private readonly long _started = time.GetTimestamp();

    /// <summary>Now, UTC.</summary>
    public DateTimeOffset Now => _start + time.GetElapsedTime(_started);
}
