using KkiaEvents.Kkiapay;
using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Primitives;

namespace KkiaEvents.Processor.Settling;

/// <summary>
/// Merchants' settings that allow a start and may still cost money: a sandbox left on, keys sent in clear. Logged at start
/// and whenever the settings change, and shown in health while they last: degraded, never unhealthy.
/// </summary>
internal sealed partial class MerchantCautions(IConfiguration configuration, Merchants merchants, ILogger<MerchantCautions> log) : IHostedService, IHealthCheck, IDisposable
{
    private static readonly string[] Keys = [nameof(KkiapayOptions.PrivateKey), nameof(KkiapayOptions.SecretKey)];

    private HashSet<KeyValuePair<string, string>> _said = [];
    private IDisposable? _changes;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Say();
        _changes = ChangeToken.OnChange(configuration.GetReloadToken, Say);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var cautions = Read();
        return Task.FromResult(cautions.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(
            "Settings that are not for real payments, or not safe for them.", data: cautions.ToDictionary(c => c.Key, object (c) => c.Value)));
    }

    public void Dispose() => _changes?.Dispose();

    private void Say()
    {
        var cautions = Read();
        foreach (var (key, caution) in cautions.Where(c => !_said.Contains(c)))
            LogCaution(key, caution);
        _said = [.. cautions];
    }

    private List<KeyValuePair<string, string>> Read() => [.. merchants.Names.Order(StringComparer.Ordinal).SelectMany(Of)];

    private IEnumerable<KeyValuePair<string, string>> Of(string merchant)
    {
        var section = merchants.SectionOf(merchant);
        KeyValuePair<string, string> Caution(string setting, string words) => new($"Kkiapay__Merchants__{merchant}__{setting}", words);

        if (Uri.TryCreate(section["ApiBaseUrl"], UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback)
            yield return Caution("ApiBaseUrl", "is http: this merchant's API keys travel in clear, and anyone on the path can confirm payments. Use https.");
        if (Words.TryParse<KkiapayEnvironment>(section["Environment"], out var environment) && environment == KkiapayEnvironment.Sandbox)
            yield return Caution("Environment", "is Sandbox: no money moves, and each OrderPaid hands goods over for nothing. For real payments set Production, with production keys.");
        else if (Keys.FirstOrDefault(k => IsOfSandbox(section[k])) is { } key)
            yield return Caution(key, $"is a sandbox key (tpk_, tsk_) while {nameof(KkiapayOptions.Environment)} is Production: KKiaPay will refuse it, and no payment can be verified. Take the production keys from its dashboard.");
    }

    private static bool IsOfSandbox(string? key) =>
        key is not null && (key.StartsWith("tpk_", StringComparison.Ordinal) || key.StartsWith("tsk_", StringComparison.Ordinal));

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Key} {Caution}")]
    private partial void LogCaution(string key, string caution);
}
