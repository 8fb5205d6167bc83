using System.Diagnostics.Metrics;

namespace KkiaEvents.Ingress.Limits;

/// <summary>What the limits on connections refused.</summary>
internal sealed class LimitMetrics
{
    private readonly Counter<long> _connections;

    public LimitMetrics(IMeterFactory meters) => _connections = meters.Create("KkiaEvents.Ingress")
        .CreateCounter<long>("kkiaevents.connections.refused", description: "Connections closed before a request, by reason. Those beyond the overall limit are kestrel.rejected_connections.");

    public void ConnectionRefused(string reason) => _connections.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
