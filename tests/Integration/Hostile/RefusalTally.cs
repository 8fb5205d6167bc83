using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace KkiaEvents.Tests.Integration.Hostile;

/// <summary>Counts kkiaevents.webhooks.refused of one Ingress. Its /metrics shows what every Ingress of this process counts, and loses what one that ends had.</summary>
public sealed class RefusalTally : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _refused = [];

    public RefusalTally(IMeterFactory of)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "kkiaevents.webhooks.refused" && ReferenceEquals(instrument.Meter.Scope, of))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            foreach (var (key, value) in tags)
            {
                if (key == "reason")
                    _refused.AddOrUpdate($"{value}", count, (_, before) => before + count);
            }
        });
        _listener.Start();
    }

    public long Of(string? reason) => reason is null ? _refused.Values.Sum() : _refused.GetValueOrDefault(reason);

    public void Dispose() => _listener.Dispose();
}
