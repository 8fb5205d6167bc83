using System.Diagnostics.Metrics;
using System.Net;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Ingress.Limits;

/// <summary>What the limits on connections refused: counted, and said once a minute.</summary>
internal sealed class LimitMetrics
{
    private readonly Counter<long> _connections;
    private readonly ServerRefusals _refusals;

    public LimitMetrics(IMeterFactory meters, ServerRefusals refusals)
    {
        _refusals = refusals;
        _connections = meters.Create("KkiaEvents.Ingress")
            .CreateCounter<long>("kkiaevents.connections.refused", description: "Connections closed before a request, by reason. Those beyond the overall limit are kestrel.rejected_connections.");
    }

    public void Silent(IPAddress? peer) => Refused("silent", peer, "a connection was closed because no request came on it in time.");

    public void TooManyFromSource(IPAddress? peer) => Refused("too_many_from_source", peer, "the source has as many connections open as one may (Ingress__Limits__ConnectionsPerSource). Is it a proxy? Then name it in Ingress__Proxies.");

    public void TooManyStrangers(IPAddress? peer) => Refused("too_many_strangers", peer, "sources that sent no authentic webhook yet have as many connections open as they may together (three quarters of Ingress__Limits__Connections).");

    private void Refused(string reason, IPAddress? peer, string advice)
    {
        _connections.Add(1, new KeyValuePair<string, object?>("reason", reason));
        _refusals.Say(reason, peer, advice);
    }
}
