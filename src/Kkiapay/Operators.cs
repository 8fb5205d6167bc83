using System.Text;

namespace KkiaEvents.Kkiapay;

/// <summary>Names of mobile operators and card brands, which the provider writes in more than one way (<c>mtn-benin</c>, <c>Orange Money</c>).</summary>
internal static class Operators
{
    private static readonly string[] Known =
        ["mtn", "moov", "orange", "wave", "freemoney", "celtiis", "tmoney", "airtel", "visa", "mastercard"];

    public static string? Read(string? name)
    {
        if (name is null)
            return null;
        var lower = name.Trim().ToLowerInvariant();
        var letters = new StringBuilder(lower.Length);
        foreach (var c in lower)
        {
            if (char.IsAsciiLetterOrDigit(c))
                letters.Append(c);
        }

        var compact = letters.ToString();
        return Array.Find(Known, known => compact.StartsWith(known, StringComparison.Ordinal)) ?? lower;
    }
}
