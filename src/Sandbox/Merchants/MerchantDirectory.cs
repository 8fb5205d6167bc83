using System.Collections.Frozen;

namespace KkiaEvents.Sandbox.Merchants;

/// <summary>The merchants of <c>Sandbox__Merchants__NAME__…</c>, and the built-in <c>default</c>.</summary>
internal sealed class MerchantDirectory
{
    public const string DefaultName = "default";

    private const string ReceiverUrl = "http://127.0.0.1:8080/webhook/kkiapay";

    private readonly FrozenDictionary<string, SandboxMerchant> _byName;
    private readonly FrozenDictionary<string, SandboxMerchant> _byPrivateKey;

    private MerchantDirectory(IReadOnlyList<SandboxMerchant> merchants)
    {
        _byName = merchants.ToFrozenDictionary(m => m.Name, StringComparer.Ordinal);
        foreach (var group in merchants.GroupBy(m => m.PrivateKey, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            throw new SandboxRefusedException(
                $"Sandbox__Merchants__{group.Last().Name}__PrivateKey is also another merchant's; each needs its own, " +
                $"for example sk_{group.Last().Name}.");
        }

        _byPrivateKey = merchants.ToFrozenDictionary(m => m.PrivateKey, StringComparer.Ordinal);
    }

    public IEnumerable<string> Names => _byName.Keys;

    public static MerchantDirectory From(IConfiguration configuration)
    {
        var section = configuration.GetSection("Sandbox:Merchants");
        var names = section.GetChildren().Select(c => c.Key).Append(DefaultName).Distinct(StringComparer.Ordinal);
        return new MerchantDirectory([.. names.Select(name => Read(name, section.GetSection(name)))]);
    }

    public SandboxMerchant? ByName(string name) => _byName.GetValueOrDefault(name);

    public SandboxMerchant? ByPrivateKey(string? privateKey) =>
        privateKey is null ? null : _byPrivateKey.GetValueOrDefault(privateKey);

    /// <summary>The Sdk dialect's three keys; all must be the same merchant's.</summary>
    public SandboxMerchant? ByKeys(string? publicKey, string? privateKey, string? secretKey) =>
        ByPrivateKey(privateKey) is { } merchant && merchant.PublicKey == publicKey && merchant.SecretKey == secretKey
            ? merchant
            : null;

    private static SandboxMerchant Read(string name, IConfigurationSection section)
    {
        var isDefault = name == DefaultName;
        var url = section["WebhookUrl"] ?? (isDefault ? ReceiverUrl : $"{ReceiverUrl}/{name}");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var webhookUrl) || webhookUrl.Scheme is not ("http" or "https"))
        {
            throw new SandboxRefusedException(
                $"Sandbox__Merchants__{name}__WebhookUrl must be an absolute http(s) address, for example {ReceiverUrl}.");
        }

        return new SandboxMerchant(
            name,
            Key("PublicKey", "pk_sandbox"),
            Key("PrivateKey", "sk_sandbox"),
            Key("SecretKey", "secret_sandbox"),
            Key("WebhookSecret", "whsec_sandbox"),
            webhookUrl);

        string Key(string key, string builtIn) => section[key] switch
        {
            { Length: > 0 } value when value.Any(char.IsControl) || value.Trim() != value => throw new SandboxRefusedException(
                $"Sandbox__Merchants__{name}__{key} begins or ends with white space, or holds a line break (the end of a file, perhaps): nothing would match it. For example {builtIn}_{name}."),
            { Length: > 0 } value => value,
            _ when isDefault => builtIn,
            _ => throw new SandboxRefusedException(
                $"Sandbox__Merchants__{name}__{key} is missing; for example {builtIn}_{name}."),
        };
    }
}
