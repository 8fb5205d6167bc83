using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace KkiaEvents.Kkiapay;

/// <summary>
/// Reads an amount of XOF as people and languages write it into a text: <c>1 000</c>, <c>5000,00</c>, <c>1,000.00</c>,
/// <c>5 000 FCFA</c>. Only what has one meaning is read: <c>1.000</c> and <c>1,000</c> are one franc to some and a thousand to others.
/// </summary>
internal static partial class WrittenAmount
{
    // Longer text is no amount; a bound on what the expressions below look at.
    private const int Longest = 100;

    /// <summary>Whole XOF; null when the text is none, has a fraction that is not zero, or could be read in two ways.</summary>
    public static long? Read(string text)
    {
        if (Plain(text.Trim()) is not { } plain)
            return WholeNumber.Read(Encoding.UTF8.GetBytes(text.Trim()));
        var number = Currency().Match(plain) is { Success: true } named ? named.Groups["number"].Value : plain;
        if (Ambiguous().IsMatch(number))
            return null;
        if (Grouped().Match(number) is { Success: true } grouped)
            number = string.Concat(grouped.Groups["digits"].Value.Where(char.IsAsciiDigit));
        return WholeNumber.Read(Encoding.UTF8.GetBytes(number is ['+', >= '0' and <= '9', ..] ? number[1..] : number));
    }

    // Digits of any one script as ASCII digits, full-width signs and letters as narrow ones, and any blank as a space; null for what is too long.
    private static string? Plain(string text)
    {
        if (text.Length > Longest)
            return null;
        var plain = new StringBuilder(text.Length);
        int? script = null;
        foreach (var rune in text.EnumerateRunes())
        {
            var value = rune.Value is >= 0xFF01 and <= 0xFF5E ? new Rune(rune.Value - 0xFEE0) : rune;
            if (Rune.GetUnicodeCategory(value) == UnicodeCategory.DecimalDigitNumber)
            {
                var digit = (int)Rune.GetNumericValue(value);
                // Two scripts in one number: nobody writes so.
                if (script is { } first && first != value.Value - digit)
                    return text;
                script = value.Value - digit;
                plain.Append((char)('0' + digit));
            }
            else
            {
                plain.Append(Rune.GetUnicodeCategory(value) == UnicodeCategory.SpaceSeparator ? " " : value.ToString());
            }
        }

        return plain.ToString();
    }

    [GeneratedRegex(@"\A(?:(?:XOF|F ?CFA|CFA|F) ?(?<number>\+?[0-9][0-9 .,'’]*)|(?<number>\+?[0-9](?:[0-9 .,'’]*[0-9])?) ?(?:XOF|F ?CFA|CFA|F))\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Currency();

    // One mark with exactly three digits after it, and no more than three before.
    [GeneratedRegex(@"\A\+?[1-9][0-9]{0,2}[.,][0-9]{3}\z")]
    private static partial Regex Ambiguous();

    // Groups of three, between blanks or apostrophes; between points or commas where there are several, or where the other one begins
    // a fraction of zeros. Or no groups, and a comma before such a fraction.
    [GeneratedRegex(
        """
        \A\+?(?:
          (?<digits>[1-9][0-9]{0,2}(?:[ ][0-9]{3})+)(?:[.,]0{1,2})?
        | (?<digits>[1-9][0-9]{0,2}(?:['’][0-9]{3})+)(?:[.,]0{1,2})?
        | (?<digits>[1-9][0-9]{0,2}(?:,[0-9]{3}){2,})
        | (?<digits>[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,})
        | (?<digits>[1-9][0-9]{0,2}(?:,[0-9]{3})+)\.0{1,2}
        | (?<digits>[1-9][0-9]{0,2}(?:\.[0-9]{3})+),0{1,2}
        | (?<digits>[0-9]+),0{1,2}
        )\z
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Grouped();
}
