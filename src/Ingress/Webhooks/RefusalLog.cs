using System.Collections.Concurrent;
using System.Net;

namespace KkiaEvents.Ingress.Webhooks;

/// <summary>Tells an operator that webhooks are refused, once a minute for each merchant and reason: anybody can send them by the thousand.</summary>
internal sealed partial class RefusalLog(TimeProvider time, ILogger<RefusalLog> log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Merchant, string Reason), DateTimeOffset> _said = [];

    public void Refused(string merchant, Refusal refusal, IPAddress? source)
    {
        var now = time.GetUtcNow();
        var key = (merchant, refusal.Reason);
        var last = _said.GetOrAdd(key, DateTimeOffset.MinValue);
        if (now - last >= Pause && _said.TryUpdate(key, now, last))
            LogRefused(refusal.Reason, merchant, source?.ToString() ?? "-", refusal.Status == StatusCodes.Status401Unauthorized
                ? $"Is the secret in KKiaPay's dashboard the one in Kkiapay__Merchants__{merchant}__WebhookSecrets__0? A forged one is refused like this too."
                : refusal.Detail);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhooks refused ({Reason}) for {Merchant}, this one from {Source}: {Advice} Said once a minute")]
    private partial void LogRefused(string reason, string merchant, string source, string advice);
}
