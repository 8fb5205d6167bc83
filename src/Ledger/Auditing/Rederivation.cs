using System.Runtime.CompilerServices;
using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>How far a rederivation is.</summary>
/// <param name="Events">Events folded.</param>
/// <param name="Payments">Payments seen.</param>
/// <param name="Decisions">Decisions taken again.</param>
/// <param name="ByOperators">Outcomes that an operator's act led to.</param>
public sealed record RederivationProgress(long Events, int Payments, long Decisions, long ByOperators);

/// <summary>Takes every decision of the ledger again by today's rules, from the facts as they are stored. Changes nothing.</summary>
public sealed class Rederivation(EventReader events, Func<string, OrderPolicy> policyOf)
{
    private const int ReportEvery = 1000;

    /// <summary>Every payment where today's rules decide otherwise, as it is found. Reads the ledger in one snapshot, while payments go on.</summary>
    public IAsyncEnumerable<Disagreement> RunAsync(IProgress<RederivationProgress>? progress = null, CancellationToken cancellationToken = default) =>
        RunAsync(events.AllAsync(cancellationToken), policyOf, progress, cancellationToken);

    /// <summary>The same over any events in order of position.</summary>
    public static async IAsyncEnumerable<Disagreement> RunAsync(
        IAsyncEnumerable<StoredEvent> events, Func<string, OrderPolicy> policyOf, IProgress<RederivationProgress>? progress = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var fold = new DecisionFold(policyOf);
        var count = 0L;
        await foreach (var e in events.WithCancellation(cancellationToken))
        {
            if (fold.Add(e) is { } found)
                yield return found;
            if (++count % ReportEvery == 0)
                progress?.Report(new(count, fold.Payments, fold.Decisions, fold.ByOperators));
        }

        foreach (var found in fold.Finish())
            yield return found;
        progress?.Report(new(count, fold.Payments, fold.Decisions, fold.ByOperators));
    }
}
