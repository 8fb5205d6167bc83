using KkiaEvents.Kkiapay;
using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace KkiaEvents.Processor.Settling;

/// <summary>
/// Reads any merchant's keys from the configuration as it is now, so that a merchant who is added to its files, or whose
/// keys are rotated there, counts from the next question on, without a restart.
/// </summary>
internal sealed class LateMerchants : IConfigureNamedOptions<KkiapayOptions>, IHostedService, IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly Lazy<IOptionsMonitorCache<KkiapayOptions>> _cache;
    private readonly SharedAccounts _accounts;
    private IDisposable? _changes;

    public LateMerchants(IConfiguration configuration, SharedAccounts accounts, IServiceProvider services)
    {
        _configuration = configuration;
        _accounts = accounts;
        _cache = new(services.GetRequiredService<IOptionsMonitorCache<KkiapayOptions>>);
    }

    public void Configure(string? name, KkiapayOptions options)
    {
        var section = _configuration.GetSection($"Kkiapay:Merchants:{name ?? KkiapayOptions.DefaultName}");
        section.Bind(options);
        // The binder takes numbers and lists for names; as what is none, the check of all options reports them.
        if (section[nameof(options.Environment)] is { Length: > 0 } environment && !Words.TryParse<KkiapayEnvironment>(environment, out _))
            options.Environment = (KkiapayEnvironment)(-1);
        if (section[nameof(options.Dialect)] is { Length: > 0 } dialect && !Words.TryParse<KkiapayDialect>(dialect, out _))
            options.Dialect = (KkiapayDialect)(-1);
    }

    public void Configure(KkiapayOptions options) => Configure(KkiapayOptions.DefaultName, options);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _changes = ChangeToken.OnChange(_configuration.GetReloadToken, () =>
        {
            _accounts.Judge();
            _cache.Value.Clear();
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _changes?.Dispose();
}
