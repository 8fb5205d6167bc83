using System.Collections.Concurrent;
using System.Net;

namespace KkiaEvents.Ingress.Limits;

/// <summary>
/// Sources that connections are kept for: those that are allowed by name, and those that sent an authentic webhook since the
/// start. KKiaPay publishes no list of its addresses, but only who has a merchant's secret can be taken for it.
/// </summary>
internal sealed class KnownSources(IngressLimits limits)
{
    // KKiaPay has a few. A number that no sender reaches keeps a secret that leaked from filling the memory.
    private const int AtMost = 1024;

    private readonly ConcurrentDictionary<IPAddress, bool> _authentic = [];

    public bool Contains(IPAddress? peer) =>
        (limits.AllowedSources is { IsEverybody: false } allowed && allowed.Contains(peer)) || _authentic.ContainsKey(Source.Of(peer));

    public void SentAuthentic(IPAddress? peer)
    {
        var source = Source.Of(peer);
        if (!_authentic.ContainsKey(source) && _authentic.Count < AtMost)
            _authentic.TryAdd(source, true);
    }
}
