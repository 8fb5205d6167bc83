using Microsoft.Extensions.Configuration;

namespace KkiaEvents.ServiceDefaults;

/// <summary>One merchant's rules of a kind: its own (<c>Kkiapay__Merchants__NAME__KIND__…</c>), else the installation's (<c>KIND__…</c>).</summary>
/// <param name="configuration">The configuration; read at each call.</param>
/// <param name="merchant">The merchant's name; it need not be configured.</param>
/// <param name="kind">The section's name (<c>Orders</c>).</param>
public sealed class MerchantRules(IConfiguration configuration, string merchant, string kind)
{
    /// <summary>A rule that is one of a few words.</summary>
    /// <param name="name">The rule's name.</param>
    /// <param name="otherwise">When nothing is said.</param>
    /// <param name="wrong">Told the key and the text of what is no such word; gives the word to go by.</param>
    public T Word<T>(string name, T otherwise, Func<string, string, T> wrong) where T : struct, Enum
    {
        foreach (var key in Keys(name))
        {
            var text = configuration[key.Replace("__", ":", StringComparison.Ordinal)];
            if (!string.IsNullOrWhiteSpace(text))
                return Words.TryParse<T>(text, out var word) ? word : wrong(key, text);
        }

        return otherwise;
    }

    /// <summary>A rule that is one of a few words; what is no such word is reported.</summary>
    /// <param name="name">The rule's name.</param>
    /// <param name="otherwise">When nothing is said, or nothing that makes sense.</param>
    /// <param name="settings">Where it is reported.</param>
    public T Word<T>(string name, T otherwise, Settings settings) where T : struct, Enum =>
        Word(name, otherwise, (key, _) =>
        {
            settings.Wrong(key, Words.ProblemOf<T>(), otherwise.ToString());
            return otherwise;
        });

    /// <summary>A rule that is a list; null when nothing is said.</summary>
    public IReadOnlyList<string>? List(string name)
    {
        foreach (var key in Keys(name))
        {
            var items = configuration.GetSection(key.Replace("__", ":", StringComparison.Ordinal)).GetChildren()
                .Select(c => c.Value).OfType<string>().Where(p => p.Length > 0).ToList();
            if (items.Count > 0)
                return items;
        }

        return null;
    }

    private string[] Keys(string name) => [$"Kkiapay__Merchants__{merchant}__{kind}__{name}", $"{kind}__{name}"];
}
