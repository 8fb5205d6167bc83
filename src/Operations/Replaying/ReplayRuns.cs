using KkiaEvents.Ledger.Operating;
using Marten;

namespace KkiaEvents.Operations.Replaying;

/// <summary>The records of replay runs: one stream a run, and nothing else of the ledger.</summary>
public sealed class ReplayRuns(IDocumentStore store)
{
    /// <summary>The run's stream.</summary>
    public static string StreamIdOf(Guid runId) => $"operations/replay/{runId}";

    /// <summary>A run; null when there is none of that id.</summary>
    public async Task<ReplayRun?> FindAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var session = store.QuerySession();
        var events = await session.Events.FetchStreamAsync(StreamIdOf(runId), token: cancellationToken);
        return events is [{ Data: ReplayStarted started }, ..]
            ? events.Skip(1).Aggregate(new ReplayRun(started, 1, 0, 0, 0, null), (run, e) => run.Evolve(e.Data))
            : null;
    }

    internal async Task<ReplayRun> StartAsync(ReplayStarted started, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession();
        session.Events.StartStream(StreamIdOf(started.RunId), started);
        await session.SaveChangesAsync(cancellationToken);
        return new(started, 1, 0, 0, 0, null);
    }

    /// <summary>Appends at the version that the run is known at: two processes that resume one run can't both go on.</summary>
    internal async Task<ReplayRun> AppendAsync(ReplayRun run, object e, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession();
        session.Events.Append(StreamIdOf(run.Started.RunId), run.Version + 1, e);
        await session.SaveChangesAsync(cancellationToken);
        return run.Evolve(e);
    }
}
