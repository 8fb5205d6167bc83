using KkiaEvents.Ledger.Operating;

namespace KkiaEvents.Operations.Replaying;

/// <summary>A replay run, by its stream.</summary>
/// <param name="Started">What was asked.</param>
/// <param name="Version">How many events the stream has.</param>
/// <param name="Position">The last position that the broker confirmed; 0 before the first.</param>
/// <param name="Published">How many messages the broker confirmed.</param>
/// <param name="Unrouted">How many of them no queue was bound for.</param>
/// <param name="Ended">How it ended; null while it runs, or when its process died.</param>
public sealed record ReplayRun(ReplayStarted Started, long Version, long Position, long Published, long Unrouted, ReplayEnded? Ended)
{
    /// <summary>The run after one more event.</summary>
    internal ReplayRun Evolve(object e) => (this with { Version = Version + 1 }).With(e);

    private ReplayRun With(object e) => e switch
    {
        ReplayProgressed p => this with { Position = p.Position, Published = p.Published, Unrouted = p.Unrouted },
        ReplayResumed => this with { Ended = null },
        ReplayEnded ended => this with { Ended = ended },
        _ => this,
    };
}
