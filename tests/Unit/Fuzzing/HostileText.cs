using System.Globalization;
using System.Text;
using CsCheck;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>Text that somebody wrote who wants a log or a terminal to say something else than it does.</summary>
internal static class HostileText
{
    /// <summary>What has done so: an order id that is a log line of its own, sequences that clear a screen or set its title, text that reads backwards or not at all.</summary>
    public static readonly IReadOnlyList<string> Seen =
    [
        "order-1\n12:00:00.000 INF OrderPaid for order order-1: default/txn_1", "order-1\r12:00:00.000 INF OrderPaid", "a\u0085b", "a\u2028b\u2029c", "a\vb\fc",
        "\e[2J\e[1;1Hpaid", "\u009b2J", "\e]0;title\a", "order-\u202e1000-redro\u202c", "\u2066a\u2069", "or\u200bder\u200d\u2060\ufeff", "a\u00adb", "\0", "\u007f", "\U000e0041\U000e007f",
        "\u3164\u115f\u034f\ufe0f\U000e0100", "\ud800", "a\udc00b", "\ud83d\ude00 [red]markup[/] {Braces} 100 %", "été à Cotonou, 5 000 F",
    ];

    /// <summary>Any text, such characters often.</summary>
    public static readonly Gen<string> Any = Gen.Frequency(
        (4, Gen.Char[' ', '~'].Select(c => c.ToString())),
        (2, Gen.Char.Select(c => c.ToString())),
        (2, Gen.Int[0, Seen.Count - 1].Select(i => Seen[i])),
        (1, Gen.Int[0, 0x10ffff].Where(c => Rune.IsValid(c)).Select(c => new Rune(c).ToString()))).Array[0, 12].Select(parts => string.Concat(parts));

    /// <summary>No character moves, hides, turns or ends a line.</summary>
    public static void IsPlain(string line)
    {
        Assert.DoesNotContain(line, c => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
        foreach (var rune in line.EnumerateRunes())
            Assert.True(Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format, $"U+{rune.Value:X4}");
        // Everything else that breaks lines somewhere.
        Assert.DoesNotContain(line, c => c is '\n' or '\r' or '\v' or '\f' or '\u0085' or '\u2028' or '\u2029');
        Assert.False(HasLoneSurrogate(line));
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return true;
        }

        return false;
    }
}
