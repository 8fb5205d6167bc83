using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace KkiaEvents.Tests.Integration.Infrastructure;

/// <summary>What one service counts, by reason. Its /metrics shows what every service of this process counts, and loses what one that ends had.</summary>
public sealed class CounterTally : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counted = [];

    public CounterTally(IMeterFactory of, string counter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == counter && ReferenceEquals(instrument.Meter.Scope, of))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            foreach (var (key, value) in tags)
            {
                if (key == "reason")
                    _counted.AddOrUpdate($"{value}", count, (_, before) => before + count);
            }
        });
        _listener.Start();
    }

    public long Of(string? reason) => reason is null ? _counted.Values.Sum() : _counted.GetValueOrDefault(reason);

    public void Dispose() => _listener.Dispose();
}
