using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Connections;

namespace KkiaEvents.Ingress.Limits;

/// <summary>
/// Open connections of one source. It is the peer's own address that counts, whatever a header says later; trusted proxies
/// carry everybody's connections and have no limit but the overall one.
/// </summary>
internal sealed class ConnectionLimit(IngressLimits limits, LimitMetrics metrics) : IDisposable
{
    private readonly PartitionedRateLimiter<IPAddress> _perSource = PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        source => RateLimitPartition.GetConcurrencyLimiter(source, _ => new() { PermitLimit = limits.ConnectionsPerSource }));

    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        var peer = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (limits.Proxies?.Contains(peer) == true)
        {
            await next(connection);
            return;
        }

        using var lease = _perSource.AttemptAcquire(Source.Of(peer));
        if (lease.IsAcquired)
            await next(connection);
        else
            metrics.ConnectionRefused();
    };

    public void Dispose() => _perSource.Dispose();
}
