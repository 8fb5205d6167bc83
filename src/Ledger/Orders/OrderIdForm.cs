using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using KkiaEvents.Ledger.Text;

namespace KkiaEvents.Ledger.Orders;

/// <summary>How an order id is written, and which ids a shop's database may take for the same.</summary>
public static partial class OrderIdForm
{
    /// <summary>The longest order id, in UTF-16 code units, as .NET, Java and JavaScript count characters; counted once it is in its canonical form.</summary>
    public const int MaxLength = 128;

    /// <summary>What an order id is, for whoever sent something else.</summary>
    public static readonly string Rule =
        $"An order id has 1 to {MaxLength} characters, none of them a control, a line break, an invisible format character or U+FFFD, does not begin with {{, [ or \", and is no placeholder such as null.";

    // Nothing composes to less than a quarter of its length.
    private const int MaxRaw = MaxLength * 4;

    // What MySQL's unicode collations fold and Unicode does not take apart.
    private static readonly Dictionary<int, string> Folded = new()
    {
        ['ß'] = "ss", ['æ'] = "ae", ['œ'] = "oe", ['ø'] = "o", ['ł'] = "l", ['đ'] = "d", ['ð'] = "d", ['þ'] = "th", ['ħ'] = "h", ['ŧ'] = "t", ['ı'] = "i",
    };

    /// <summary>
    /// The id in its one form: Unicode's NFC, without white space at either end. The database, the announcement and the
    /// payment all hold this form.
    /// </summary>
    /// <returns>Null when the text is no order id (<see cref="Rule"/>): also where it is a placeholder, as <c>undefined</c> or <c>${orderId}</c>.</returns>
    public static string? Canonical(string? text) => Composed(text) is { } canonical && Placeholder.ProblemOf(canonical) is null ? canonical : null;

    /// <summary>Why a text is no order id, for whoever sent it; null when it is one.</summary>
    public static string? ProblemOf(string? text) => Composed(text) is not { } canonical ? $"{Rule} This one does not."
        : Placeholder.ProblemOf(canonical) is { } problem ? $"'{canonical}' {problem}"
        : null;

    // What begins with a bracket or a quote is JSON that was sent where an id belongs.
    private static string? Composed(string? text)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.Length is 0 or > MaxRaw || trimmed[0] is '{' or '[' or '"')
            return null;
        foreach (var rune in trimmed.EnumerateRunes())
        {
            // A surrogate without its other half is read as U+FFFD.
            if (IsNoText(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                return null;
        }

        var canonical = UnicodeNormalization.Compose(trimmed.ToString());
        return canonical.Length <= MaxLength ? canonical : null;
    }

    /// <summary>How an id that somebody typed may be stored: in its canonical form, or as it is where an earlier version took it so.</summary>
    public static string[] Written(string typed) => Canonical(typed) is { } canonical && canonical != typed ? [canonical, typed] : [typed];

    /// <summary>
    /// The key under which look-alikes meet: without case, accents, width and other forms of a letter, white space and what
    /// can't be seen; a number as its value (<c>1e3</c>, <c>01000</c>, <c>+1000.0</c>), other digits without leading zeros.
    /// Wider than any one database folds: ids that meet here are flagged for review, not treated as the same.
    /// </summary>
    /// <param name="text">Any text; anything past the longest possible id is ignored.</param>
    /// <returns>At most 256 UTF-16 code units; empty where nothing of the text can be seen.</returns>
    public static string Fold(string text)
    {
        var seen = text.Trim();
        var folded = new StringBuilder();
        foreach (var rune in UnicodeNormalization.Decompose(seen.Length > MaxRaw ? seen[..MaxRaw] : seen).EnumerateRunes())
        {
            if (IsSeen(rune))
                Append(folded, rune);
        }

        var key = folded.ToString();
        key = Value(key) ?? LeadingZeros().Replace(key, "");
        if (key.Length <= MaxLength * 2)
            return key;
        return key[..(MaxLength * 2 - (char.IsHighSurrogate(key[(MaxLength * 2) - 1]) ? 1 : 0))];
    }

    private static void Append(StringBuilder folded, Rune rune)
    {
        if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber)
        {
            folded.Append((int)Rune.GetNumericValue(rune));
            return;
        }

        // Up and down again: some letters have two small forms of one capital.
        var small = Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune));
        folded.Append(Folded.TryGetValue(small.Value, out var letters) ? letters : small.ToString());
    }

    /// <summary>A decimal number by its value, whatever form it has; null when it is none.</summary>
    private static string? Value(string text)
    {
        if (Number().Match(text) is not { Success: true } match)
            return null;
        var (sign, whole, fraction) = (match.Groups["sign"].Value, match.Groups["whole"].Value, match.Groups["fraction"].Value);
        if (whole.Length + fraction.Length == 0)
            return null;
        var digits = (whole + fraction).TrimStart('0');
        if (digits.Length == 0)
            return "0";
        // Never raised to its power: the exponent may have hundreds of digits.
        var exponent = match.Groups["power"] is { Success: true } power ? BigInteger.Parse(power.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        var bare = digits.TrimEnd('0');
        exponent += digits.Length - bare.Length - fraction.Length;
        return $"{(sign == "-" ? sign : "")}{bare}{(exponent.IsZero ? "" : string.Create(CultureInfo.InvariantCulture, $"e{exponent}"))}";
    }

    private static bool IsSeen(Rune rune) => !IsNoText(rune) && Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        // Hangul's fillers, the Braille pattern without dots, and what Unicode keeps for more that can't be seen.
        _ => rune.Value is not (0x115F or 0x1160 or 0x2800 or 0x2065 or (>= 0xFFF0 and <= 0xFFF8) or (>= 0xE0000 and <= 0xE0FFF)),
    };

    private static bool IsNoText(Rune rune) =>
        rune == Rune.ReplacementChar || Rune.IsControl(rune) || (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF;

    [GeneratedRegex(@"\A(?<sign>[+-]?)(?<whole>[0-9]*)(?:\.(?<fraction>[0-9]*))?(?:e(?<power>[+-]?[0-9]+))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex("(?<![0-9])0+(?=[0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex LeadingZeros();
}
