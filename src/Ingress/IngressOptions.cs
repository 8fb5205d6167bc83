using KkiaEvents.Bus;
using KkiaEvents.Ingress.Limits;
using KkiaEvents.Ingress.Spooling;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Ingress;

/// <summary>Ingress's settings, checked at start.</summary>
internal sealed record IngressOptions(BusAddress Bus, TimeSpan PublishTimeout, SpoolOptions Spool, IngressLimits Limits)
{
    public static IngressOptions Read(IConfiguration configuration)
    {
        var settings = new Settings(configuration);
        var bus = settings.Required("ConnectionStrings__RabbitMq", BusAddress.Example, BusAddress.ProblemOf);
        var timeout = settings.Number("Ingress__PublishTimeoutMs", 1000, 100, 5000);
        var spool = SpoolOptions.Read(settings);
        var limits = IngressLimits.Read(configuration, settings);

        using var merchants = new Merchants(configuration);
        const string secretExample = "the-secret-from-KKiaPay's-dashboard";
        merchants.Check(settings, "WebhookSecrets__0", secretExample);
        var wrong = merchants.WrongWebhookSecrets().ToList();
        foreach (var name in merchants.Names.Where(n => merchants.WebhookSecretsOf(n) is { Count: 0 } && !wrong.Exists(w => w.Key.StartsWith($"Kkiapay__Merchants__{n}__", StringComparison.Ordinal))))
            settings.Wrong($"Kkiapay__Merchants__{name}__WebhookSecrets__0", "is missing: without it no webhook can be told from a forged one.", secretExample);
        foreach (var (key, problem) in wrong)
            settings.Wrong(key, problem, secretExample);
        settings.ThrowIfWrong();
        return new(BusAddress.TryParse(bus)!, TimeSpan.FromMilliseconds(timeout), spool, limits);
    }
}
