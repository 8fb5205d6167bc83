using System.Diagnostics.Metrics;
using KkiaEvents.Bus;

namespace KkiaEvents.Ingress.Publishing;

/// <summary>
/// What waits in the broker's queues, and how many take it. Ingress tells it, because it runs while no Processor does; the
/// broker says so anyway whenever the topology is declared.
/// </summary>
internal sealed class QueueMetrics
{
    private volatile IReadOnlyList<QueueLevel> _levels = [];

    public QueueMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("KkiaEvents.Ingress.Queues");
        meter.CreateObservableGauge("kkiaevents.queue_messages", () => _levels.Select(l => Of(l, l.Messages)), description: "Messages that wait in a queue of the broker, by queue.");
        meter.CreateObservableGauge("kkiaevents.queue_consumers", () => _levels.Select(l => Of(l, l.Consumers)), description: "Consumers of a queue of the broker, by queue.");
    }

    /// <summary>What the broker said last; nothing when it does not answer.</summary>
    public void Show(IReadOnlyList<QueueLevel> levels) => _levels = levels;

    private static Measurement<long> Of(QueueLevel level, long value) => new(value, new KeyValuePair<string, object?>("queue", level.Queue));
}
