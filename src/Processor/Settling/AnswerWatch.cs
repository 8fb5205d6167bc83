using System.Collections.Concurrent;
using System.Globalization;
using KkiaEvents.Kkiapay;
using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KkiaEvents.Processor.Settling;

/// <summary>
/// Notices when KKiaPay's answers can't be read: counts them, says so in the log once a minute with what came instead, and
/// in health while they are many. KKiaPay's trouble is no reason to stop sending webhooks here: degraded, never unhealthy.
/// </summary>
internal sealed partial class AnswerWatch(AnswerMetrics metrics, TimeProvider time, ILogger<AnswerWatch> log) : IHealthCheck
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Seen> _merchants = new(StringComparer.Ordinal);

    /// <summary>An answer about a payment came, and was read.</summary>
    public void Answered(string merchant, KkiapayTransaction answer, string correlationId)
    {
        if (answer.HasUnknownStatus)
            Unreadable(merchant, AnswerMetrics.UnknownStatus, $"the status \"{Printable.Line(Short(answer.ProviderStatus))}\", which is none that is known", correlationId);
        else
            Answered(merchant);
    }

    /// <summary>An answer came, and was read.</summary>
    public void Answered(string merchant)
    {
        metrics.Answered(merchant);
        Of(merchant).Add(time.GetUtcNow(), readable: true);
    }

    /// <summary>An answer came that can't be read.</summary>
    public void Unreadable(string merchant, KkiapayProtocolException error, string correlationId) =>
        Unreadable(merchant, AnswerMetrics.NameOf(error.Reason), Describe(error), correlationId);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        var troubled = _merchants.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => (Merchant: m.Key, Trouble: m.Value.TroubleAt(now))).Where(m => m.Trouble is not null).ToList();
        return Task.FromResult(troubled.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(
            "KKiaPay's answers can't be read: payments wait, nothing is decided. Its API may have changed, or something answers in its place.",
            data: troubled.ToDictionary(m => m.Merchant, object (m) => m.Trouble!)));
    }

    private void Unreadable(string merchant, string reason, string came, string correlationId)
    {
        metrics.Answered(merchant);
        metrics.Unreadable(merchant, reason);
        if (Of(merchant).Unreadable(time.GetUtcNow(), reason, came, Pause) is { } count)
            LogUnreadable(merchant, count, reason, came, correlationId);
    }

    private Seen Of(string merchant) => _merchants.GetOrAdd(merchant, static _ => new());

    private static string Describe(KkiapayProtocolException error)
    {
        var status = error.StatusCode is { } code ? string.Create(CultureInfo.InvariantCulture, $"HTTP {code}") : "no HTTP status";
        var body = error.Beginning.Length > 0 ? $"beginning {Printable.Line(error.Beginning)}" : "without a body that can be shown";
        return $"{status}, {(error.ContentType is { } type ? Printable.Line(type) : "no Content-Type")}, {body}";
    }

    private static string Short(string word) => word.Length <= 64 ? word : word[..64];

    [LoggerMessage(Level = LogLevel.Error, Message = "KKiaPay's answers about merchant {Merchant} can't be read: {Count} since this was last said. The last one ({Reason}): {Came}. Nothing is decided by it, and {CorrelationId} is asked about again. Check Kkiapay__Merchants__{Merchant}__ApiBaseUrl and what stands between here and KKiaPay (proxy, firewall); if both are right its API has changed: ask KKiaPay's support, and look for a newer version of KkiaEvents")]
    private partial void LogUnreadable(string merchant, int count, string reason, string came, string correlationId);

    /// <summary>What was seen of one merchant. Safe for concurrent use.</summary>
    private sealed class Seen
    {
        private readonly Lock _access = new();
        private readonly AnswerWindow _window = new();
        private DateTimeOffset _saidAt;
        private int _unsaid;
        private string _last = "";

        public void Add(DateTimeOffset now, bool readable)
        {
            lock (_access)
                _window.Add(now, readable);
        }

        /// <returns>How many there were since it was last said, when it is to be said now; null when it was said a moment ago.</returns>
        public int? Unreadable(DateTimeOffset now, string reason, string came, TimeSpan pause)
        {
            lock (_access)
            {
                _window.Add(now, readable: false);
                _last = $"{reason}: {came}";
                _unsaid++;
                // Also when the clock was set back.
                if (_saidAt != default && now - _saidAt < pause && now >= _saidAt)
                    return null;
                var count = _unsaid;
                (_saidAt, _unsaid) = (now, 0);
                return count;
            }
        }

        public string? TroubleAt(DateTimeOffset now)
        {
            lock (_access)
            {
                var (answers, unreadable) = _window.Count(now);
                return _window.IsTrouble(now) ? string.Create(CultureInfo.InvariantCulture, $"{unreadable} of {answers} answers in the last half hour can't be read; the last one: {_last}") : null;
            }
        }
    }
}
