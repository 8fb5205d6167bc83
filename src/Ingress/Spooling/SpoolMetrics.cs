using System.Diagnostics.Metrics;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>What lies in the spool, and what went through it.</summary>
internal sealed class SpoolMetrics
{
    private readonly Counter<long> _spooled;
    private readonly Counter<long> _drained;
    private readonly Counter<long> _failures;

    public SpoolMetrics(IMeterFactory meters, Spool spool, TimeProvider time)
    {
        var meter = meters.Create("KkiaEvents.Ingress");
        meter.CreateObservableGauge("kkiaevents.spool.depth", () => spool.State.Depth, description: "Webhooks in the spool that wait for the broker.");
        meter.CreateObservableGauge("kkiaevents.spool.bytes", () => spool.State.Bytes, description: "What they take on disk.");
        meter.CreateObservableGauge("kkiaevents.spool.set_aside", () => spool.State.SetAside, description: "Records that can't be read, kept for a person.");
        meter.CreateObservableGauge("kkiaevents.spool.damaged", () => spool.State.Damaged, description: "Damaged files, kept for a person: acknowledged webhooks may be missing.");
        meter.CreateObservableGauge(
            "kkiaevents.spool.oldest_age_seconds", () => spool.State.Oldest is { } oldest ? (time.GetUtcNow() - oldest).TotalSeconds : 0, "s", "How long the oldest has waited.");
        _spooled = meter.CreateCounter<long>("kkiaevents.spool.spooled", description: "Webhooks that went to the spool.");
        _drained = meter.CreateCounter<long>("kkiaevents.spool.drained", description: "Webhooks that went from the spool to the broker.");
        _failures = meter.CreateCounter<long>("kkiaevents.spool.failures", description: "What the spool could not do, by reason: full, disk, unreadable, unroutable.");
        foreach (var reason in new[] { "full", "disk", "unreadable", "unroutable" })
            Failed(reason, 0);
        _spooled.Add(0);
        _drained.Add(0);
    }

    public void Spooled() => _spooled.Add(1);

    public void Drained(int count) => _drained.Add(count);

    public void Failed(string reason, int count = 1) => _failures.Add(count, new KeyValuePair<string, object?>("reason", reason));
}
