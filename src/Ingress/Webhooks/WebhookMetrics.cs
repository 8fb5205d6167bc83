using System.Diagnostics.Metrics;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Ingress.Webhooks;

/// <summary>What came in and what was refused.</summary>
internal sealed class WebhookMetrics : IServerRefusalCounter
{
    private readonly Counter<long> _received;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _publish;

    public WebhookMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("KkiaEvents.Ingress");
        _received = meter.CreateCounter<long>("kkiaevents.webhooks.received", description: "Authentic webhooks, by merchant and event.");
        _refused = meter.CreateCounter<long>("kkiaevents.webhooks.refused", description: "Webhooks that were not taken, by reason, and what the server refused before it could be known for one.");
        _publish = meter.CreateHistogram<double>("kkiaevents.webhooks.publish_seconds", "s", "Time until the broker confirmed a webhook.");
    }

    public void Received(string merchant, string kind) => _received.Add(1, new("merchant", merchant), new("event", kind));

    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Published(TimeSpan time) => _publish.Record(time.TotalSeconds);
}
