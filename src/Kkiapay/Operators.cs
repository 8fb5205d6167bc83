using System.Collections.Frozen;
using System.Text;

namespace KkiaEvents.Kkiapay;

/// <summary>
/// Names of mobile operators and card brands, which the provider writes in more than one way: with the country behind
/// (<c>mtn-benin</c>, <c>moov-tg</c>), or as a person would (<c>Orange Money</c>, <c>Coris Money</c>).
/// </summary>
internal static class Operators
{
    private static readonly string[] Known =
        ["mtn", "moov", "orange", "wave", "freemoney", "celtiis", "tmoney", "airtel", "visa", "mastercard"];

    // Those that KKiaPay serves, as their names and codes stand behind an operator's.
    private static readonly FrozenDictionary<string, string> Countries = new Dictionary<string, string>
    {
        ["bj"] = "BJ", ["benin"] = "BJ", ["bénin"] = "BJ",
        ["ci"] = "CI", ["civ"] = "CI", ["cotedivoire"] = "CI", ["côtedivoire"] = "CI", ["ivorycoast"] = "CI",
        ["sn"] = "SN", ["senegal"] = "SN", ["sénégal"] = "SN",
        ["tg"] = "TG", ["togo"] = "TG",
        ["ne"] = "NE", ["niger"] = "NE",
    }.ToFrozenDictionary();

    /// <summary>The operator in lower case and the country's ISO 3166 code; null for what the name does not tell.</summary>
    public static (string? Operator, string? Country) Read(string? name)
    {
        if (name is null)
            return default;
        var lower = name.Trim().ToLowerInvariant();
        string? country = null;
        var dash = lower.IndexOfAny(['-', '_']);
        if (dash > 0 && (country = CountryOf(lower[(dash + 1)..])) is not null)
            lower = lower[..dash];

        var compact = Letters(lower);
        // Senegal's Free Money is called free-sn.
        if (compact == "free")
            compact = "freemoney";
        return (Array.Find(Known, known => compact.StartsWith(known, StringComparison.Ordinal)) ?? lower, country);
    }

    /// <summary>A country's ISO 3166 alpha-2 code, from its code or its name; null when it is neither.</summary>
    public static string? CountryOf(string? text)
    {
        return text is null ? null : Countries.GetValueOrDefault(Letters(text.ToLowerInvariant()));
    }

    private static string Letters(string text)
    {
        var letters = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c))
                letters.Append(c);
        }

        return letters.ToString();
    }
}
