using System.Collections.Concurrent;

namespace KkiaEvents.Kkiapay;

/// <summary>The merchants that <c>AddKkiapay</c> registered, and how their settings are called where an operator sets them.</summary>
internal sealed class KkiapayMerchants
{
    private readonly ConcurrentDictionary<string, string> _prefixes = new(StringComparer.Ordinal);

    public bool IsRegistered(string name) => _prefixes.ContainsKey(name);

    /// <param name="name">The merchant.</param>
    /// <param name="section">The path of its configuration section; null when it was set in code.</param>
    public void Add(string name, string? section) =>
        _prefixes[name] = string.IsNullOrEmpty(section) ? Default(name) : section.Replace(":", "__", StringComparison.Ordinal) + "__";

    /// <summary>The name of a setting as an environment variable.</summary>
    public string KeyOf(string name, string setting) => _prefixes.GetValueOrDefault(name, Default(name)) + setting;

    private static string Default(string name) => $"Kkiapay__Merchants__{name}__";
}
