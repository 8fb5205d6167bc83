using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace KkiaEvents.Kkiapay;

/// <summary>Clients by merchant. Knows no list of merchants: whoever the options know exists, also one added while running.</summary>
internal sealed class KkiapayClientFactory : IKkiapayClientFactory
{
    private readonly ConcurrentDictionary<string, KkiapayClient> _clients = new(StringComparer.Ordinal);
    private readonly IOptionsMonitor<KkiapayOptions> _options;
    private readonly IOptionsMonitorCache<KkiapayOptions> _cache;
    private readonly KkiapayMerchants _merchants;
    private readonly Func<string, KkiapayClient> _create;

    public KkiapayClientFactory(
        IHttpClientFactory http,
        IOptionsMonitor<KkiapayOptions> options,
        IOptionsMonitorCache<KkiapayOptions> cache,
        KkiapayMerchants merchants,
        TimeProvider? clock = null)
    {
        _options = options;
        _cache = cache;
        _merchants = merchants;
        // One for all: the connections behind it renew themselves, and keys travel with each request.
        var shared = http.CreateClient(KkiapayTelemetry.Name);
        _create = name => new KkiapayClient(name, options, shared, clock ?? TimeProvider.System);
    }

    public IKkiapayClient GetClient(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (_clients.TryGetValue(name, out var client))
            return client;
        try
        {
            _ = _options.Get(name);
        }
        catch (OptionsValidationException e) when (!_merchants.IsRegistered(name))
        {
            // The monitor remembers the refusal; a merchant that is added later must not meet it.
            _cache.TryRemove(name);
            throw new InvalidOperationException(
                $"No merchant '{name}' is registered. Call services.AddKkiapay(\"{name}\", …), or configure KkiapayOptions of that name.", e);
        }

        return _clients.GetOrAdd(name, _create);
    }
}
