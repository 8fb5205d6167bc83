using System.Globalization;
using System.Text;

namespace KkiaEvents.ServiceDefaults;

/// <summary>
/// Text for a log, a terminal or any other place that people read line by line. Order ids, webhook bodies and the messages
/// of servers are written by others: what would move a cursor, begin a line, turn the direction of writing or stay
/// invisible is written as its number instead (<c>\u001b</c>).
/// </summary>
public static class Printable
{
    private const string Indent = "    ";

    /// <summary>One line, whatever the text: without controls and without a line break.</summary>
    public static string Line(string text) => Escaped(text, keepLineFeeds: false);

    /// <summary>A text of several lines. Every line but the first is indented, so that none can pass for one of ours.</summary>
    public static string Block(string text) =>
        string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select((line, i) => i == 0 || line.StartsWith(' ') ? Line(line) : Indent + Line(line)));

    /// <summary>A JSON document: the same document, since such characters stand in its strings only, apart from the line feeds between its tokens.</summary>
    public static string Json(string document) => Escaped(document, keepLineFeeds: true);

    private static string Escaped(string text, bool keepLineFeeds)
    {
        var first = FirstHidden(text, 0, keepLineFeeds);
        if (first < 0)
            return text;
        var shown = new StringBuilder(text.Length + 32);
        var from = 0;
        for (var at = first; at >= 0; at = FirstHidden(text, from, keepLineFeeds))
        {
            shown.Append(text, from, at - from);
            from = at + WidthAt(text, at);
            for (var unit = at; unit < from; unit++)
                shown.Append(text[unit] switch { '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", var c => $"\\u{(int)c:x4}" });
        }

        return shown.Append(text, from, text.Length - from).ToString();
    }

    private static int FirstHidden(string text, int from, bool keepLineFeeds)
    {
        for (var at = from; at < text.Length; at += WidthAt(text, at))
        {
            if (text[at] is >= ' ' and <= '~' || (keepLineFeeds && text[at] == '\n'))
                continue;
            if (!Rune.TryGetRuneAt(text, at, out var rune) || IsHidden(rune))
                return at;
        }

        return -1;
    }

    private static int WidthAt(string text, int at) => Rune.TryGetRuneAt(text, at, out var rune) ? rune.Utf16SequenceLength : 1;

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || IsIgnorable(rune.Value);

    // What Unicode calls "default ignorable" without calling it a format character (DerivedCoreProperties.txt): joiners,
    // Hangul fillers, Khmer's inherent vowels, variation selectors, and what is set aside for more of them.
    private static bool IsIgnorable(int code) => code
        is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2065 or 0x3164 or (>= 0xFE00 and <= 0xFE0F)
        or 0xFFA0 or (>= 0xFFF0 and <= 0xFFF8) or (>= 0xE0000 and <= 0xE0FFF);
}
