using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace KkiaEvents.ServiceDefaults;

/// <summary>The merchants of this installation, as <c>Kkiapay__Merchants__NAME__…</c> names them. Follows changes of the configuration's files.</summary>
public sealed partial class Merchants : IDisposable
{
    /// <summary>The merchant of <c>/webhook/kkiapay</c> where several are configured.</summary>
    public const string Default = "default";

    private readonly IConfiguration _section;
    private readonly IDisposable _changes;
    private volatile Known _known;

    /// <summary>Reads them.</summary>
    public Merchants(IConfiguration configuration)
    {
        _section = configuration.GetSection("Kkiapay:Merchants");
        _known = Read(null);
        _changes = ChangeToken.OnChange(configuration.GetReloadToken, () => _known = Read(_known));
    }

    /// <summary>Their names.</summary>
    public IEnumerable<string> Names => _known.Secrets.Keys;

    /// <summary>A merchant's webhook secrets, all of them valid (two while one is rotated); null when there is no such merchant.</summary>
    public IReadOnlyList<string>? WebhookSecretsOf(string merchant) => Name().IsMatch(merchant) ? _known.Secrets.GetValueOrDefault(merchant) : null;

    /// <summary>
    /// The merchant of the endpoint without a name: the only one, or the one called <c>default</c>, or the one that was the
    /// only one before others were added to the files; null when there is none of these.
    /// </summary>
    public string? DefaultMerchant => _known.Default;

    /// <summary>
    /// The merchant that somebody means: the one of that name; for no name or <c>default</c>, also the only one, whatever it
    /// is called; null when none is meant. Where none is configured, <c>default</c> is taken to be there.
    /// </summary>
    public string? Named(string? name) =>
        name is not null && _known.Secrets.ContainsKey(name) ? name
        : name is not (null or Default) ? null
        : _known.Secrets.Count == 0 ? Default : DefaultMerchant;

    /// <summary>A merchant's settings.</summary>
    public IConfigurationSection SectionOf(string merchant) => _section.GetSection(merchant);

    /// <summary>Reports what is wrong with the merchants' names, or that there are none.</summary>
    public void Check(Settings settings, string neededKey, string example)
    {
        if (_known.Secrets.Count == 0)
            settings.Wrong($"Kkiapay__Merchants__{Default}__{neededKey}", "is missing: no merchant is configured.", example);
        foreach (var name in Names.Where(n => !Name().IsMatch(n)))
            settings.Wrong($"Kkiapay__Merchants__{name}__{neededKey}", "names a merchant that is not made of 1 to 40 lower-case letters, digits and hyphens.", example);
    }

    /// <summary>Webhook secrets that can match nothing as they stand: the key of each, and what is wrong, as the rest of a sentence that begins with it.</summary>
    public IEnumerable<(string Key, string Problem)> WrongWebhookSecrets() =>
        from merchant in _section.GetChildren()
        from secret in Given(merchant)
        let problem = SecretText.ProblemOf(secret.Value)
        where problem is not null
        select ($"Kkiapay__Merchants__{merchant.Key}__WebhookSecrets__{secret.Key}", problem);

    /// <inheritdoc />
    public void Dispose() => _changes.Dispose();

    private Known Read(Known? before)
    {
        var secrets = _section.GetChildren().ToDictionary(
            m => m.Key,
            IReadOnlyList<string> (m) => SecretsOf(m, before));
        // Nobody takes all merchants away: a file is being replaced, or can't be read. What a webhook is refused for is lost.
        if (secrets.Count == 0 && before is not null)
            return before;
        var only = secrets.Count == 1 ? secrets.Keys.First() : null;
        var formerly = before?.Default is { } name && secrets.ContainsKey(name) ? name : null;
        return new(secrets, only ?? (secrets.ContainsKey(Default) ? Default : formerly));
    }

    // What can't match was meant to be another secret: while that is so, those that counted before count too. White space around
    // one is an editor's, and no reason to refuse what comes.
    private static List<string> SecretsOf(IConfigurationSection merchant, Known? before)
    {
        var given = Given(merchant).Select(s => SecretText.Trimmed(s.Value)).Where(s => s.Length > 0).ToList();
        return given.Exists(s => SecretText.ProblemOf(s) is not null) && before?.Secrets.GetValueOrDefault(merchant.Key) is { } former ? [.. given.Union(former)] : given;
    }

    private static IEnumerable<(string Key, string Value)> Given(IConfigurationSection merchant) => merchant.GetSection("WebhookSecrets").GetChildren()
        .Where(s => !string.IsNullOrEmpty(s.Value)).Select(s => (s.Key, s.Value!));

    private sealed record Known(IReadOnlyDictionary<string, IReadOnlyList<string>> Secrets, string? Default);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,39}\z")]
    private static partial Regex Name();
}
