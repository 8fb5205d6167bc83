using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Primitives;

namespace KkiaEvents.Ingress.Webhooks;

/// <summary>Tells when webhook secrets that were changed while this runs would not let it start: it goes on with what it has, and the next start would not.</summary>
internal sealed partial class ChangedSecrets(Merchants merchants, IConfiguration configuration, ILogger<ChangedSecrets> log) : IHostedService, IDisposable
{
    private IDisposable? _changes;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _changes = ChangeToken.OnChange(configuration.GetReloadToken, Tell);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _changes?.Dispose();

    private void Tell()
    {
        foreach (var (key, problem) in merchants.WrongWebhookSecrets())
            LogWrong(key, problem);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Key} {Problem} Until then it is read without what stands around it, and what counted before counts too; no start will take it as it is")]
    private partial void LogWrong(string key, string problem);
}
