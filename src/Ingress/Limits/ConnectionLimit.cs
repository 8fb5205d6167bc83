using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Connections;

namespace KkiaEvents.Ingress.Limits;

/// <summary>
/// Open connections of one source, and of all strangers together, so that there is always room for those who are known. It is
/// the peer's own address that counts, whatever a header says later; trusted proxies carry everybody's connections and have
/// no limit but the overall one.
/// </summary>
internal sealed class ConnectionLimit(IngressLimits limits, KnownSources known, LimitMetrics metrics) : IDisposable
{
    private readonly PartitionedRateLimiter<IPAddress> _strangers = PerSource(limits.ConnectionsPerSource);
    private readonly PartitionedRateLimiter<IPAddress> _known = PerSource(limits.ConnectionsPerKnownSource);
    private readonly ConcurrencyLimiter _room = new(new() { PermitLimit = limits.ConnectionsOfStrangers });

    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        var peer = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (limits.Proxies?.Contains(peer) == true)
        {
            await next(connection);
            return;
        }

        var isKnown = known.Contains(peer);
        using var own = (isKnown ? _known : _strangers).AttemptAcquire(Source.Of(peer));
        using var room = isKnown || !own.IsAcquired ? null : _room.AttemptAcquire();
        if (!own.IsAcquired)
            metrics.TooManyFromSource(peer);
        else if (room is { IsAcquired: false })
            metrics.TooManyStrangers(peer);
        else
            await next(connection);
    };

    public void Dispose()
    {
        _strangers.Dispose();
        _known.Dispose();
        _room.Dispose();
    }

    private static PartitionedRateLimiter<IPAddress> PerSource(int connections) => PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        source => RateLimitPartition.GetConcurrencyLimiter(source, _ => new() { PermitLimit = connections }));
}
