using System.Text;
using System.Text.RegularExpressions;

namespace KkiaEvents.Kkiapay;

/// <summary>
/// How a body begins, for a log that tells an operator what answered: without what is a key, what may be one, and whom
/// it speaks of.
/// </summary>
internal static partial class ProviderExcerpt
{
    private const int Looked = 1024;
    private const int Longest = 160;

    /// <param name="body">The body as it came.</param>
    /// <param name="keys">The merchant's keys, which a gateway may echo.</param>
    public static string Of(ReadOnlySpan<byte> body, IReadOnlyList<string?> keys)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, Looked)]).Replace('\0', '\uFFFD').Trim('\uFEFF', ' ', '\t', '\r', '\n');
        foreach (var key in keys)
        {
            if (!string.IsNullOrEmpty(key))
                text = text.Replace(key, "[…]", StringComparison.OrdinalIgnoreCase);
        }

        text = Personal().Replace(text, "$1[…]");
        text = Mail().Replace(text, "[…]");
        text = Token().Replace(text, "[…]");
        text = Digits().Replace(text, "[…]");
        return ProviderText.OneLine(text, Longest);
    }

    // A field whose name says that its value is nobody's business, as JSON, as a header or as a query has it.
    [GeneratedRegex("""((?:name|phone|account|e-?mail|key|secret|token|password|authorization|cookie|bearer)[\w-]*["']?\s*[:=]\s*(?:(?:bearer|basic)\s+)?)(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s"',;&<>{}\[\]]+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Personal();

    [GeneratedRegex(@"[^\s""'<>@,;:]+@[^\s""'<>@,;:]+")]
    private static partial Regex Mail();

    // Keys and tokens: KKiaPay's own prefixes, and anything long without a blank.
    [GeneratedRegex(@"\b(?:tpk|tsk|pk|sk|whsec)_[\w.-]+|\beyJ[\w.-]+|\b[Bb]earer\s+[\w.~+/=-]+|[A-Za-z0-9_+/=-]{32,}")]
    private static partial Regex Token();

    // A phone number, however it is written; an id or a time of many digits goes with it.
    [GeneratedRegex(@"\+?\d(?:[\s().-]{0,2}\d){5,}")]
    private static partial Regex Digits();
}
