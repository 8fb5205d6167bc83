using System.Net;
using System.Threading.RateLimiting;

namespace KkiaEvents.Ingress.Limits;

/// <summary>
/// Counts what is refused to a source, and nothing else: a refused webhook that is authentic would be a lost payment, and
/// behind a proxy that nobody named the provider and an attacker are one source. So it never decides whether a webhook is
/// taken. A source over its limit is answered 429 where it would have been refused anyway, and the one check that costs
/// more than hashing (the signature over the re-serialised body) is made for such sources one at a time.
/// </summary>
internal sealed class RefusalLimit(IngressLimits limits) : IDisposable
{
    private const int Waiting = 64;

    private readonly PartitionedRateLimiter<IPAddress> _perSource = PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        source => RateLimitPartition.GetTokenBucketLimiter(source, _ => new()
        {
            TokenLimit = limits.RefusalsPerMinute,
            TokensPerPeriod = Math.Max(1, limits.RefusalsPerMinute / 60),
            ReplenishmentPeriod = PeriodOf(limits.RefusalsPerMinute),
        }));

    private readonly ConcurrencyLimiter _turns = new(new() { PermitLimit = 1, QueueLimit = Waiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });

    /// <summary>Whether the source is over its limit now.</summary>
    public bool IsOver(IPAddress source)
    {
        using var lease = _perSource.AttemptAcquire(source, 0);
        return !lease.IsAcquired;
    }

    /// <summary>Counts a refusal; how long the source should wait when it is over its limit, else null.</summary>
    public TimeSpan? Count(IPAddress source)
    {
        using var lease = _perSource.AttemptAcquire(source);
        if (lease.IsAcquired)
            return null;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) && wait > TimeSpan.Zero ? wait : PeriodOf(limits.RefusalsPerMinute);
    }

    /// <summary>The turn of a source over its limit; not acquired when too many wait already.</summary>
    public ValueTask<RateLimitLease> TurnAsync(CancellationToken cancellationToken) => _turns.AcquireAsync(1, cancellationToken);

    private static TimeSpan PeriodOf(int aMinute) => TimeSpan.FromSeconds(aMinute < 60 ? 60.0 / aMinute : 1);

    public void Dispose()
    {
        _perSource.Dispose();
        _turns.Dispose();
    }
}
