using System.Globalization;

namespace KkiaEvents.ServiceDefaults;

/// <summary>
/// Secrets as files and variables hold them: with the line break of an editor, the blank of a paste, the quotes of an env file. Such
/// a secret matches nothing, and every webhook would be refused for it.
/// </summary>
public static class SecretText
{
    /// <summary>A text without what stands around it by accident: white space, controls, a byte order mark.</summary>
    public static string Trimmed(string text)
    {
        var (from, to) = (0, text.Length);
        while (from < to && IsAccident(text[from]))
            from++;
        while (to > from && IsAccident(text[to - 1]))
            to--;
        return text[from..to];
    }

    /// <summary>
    /// What is wrong with a secret that somebody chose, as the rest of a sentence that begins with its key; null when nothing is.
    /// Never says what it is. It may have blanks and letters of any language within.
    /// </summary>
    public static string? ProblemOf(string secret)
    {
        if (Trimmed(secret).Length == 0)
            return "is blank.";
        if (Trimmed(secret).Length != secret.Length)
            return "begins or ends with white space, a line break or a byte order mark (the end of a file, perhaps), so that nothing matches it: take that away.";
        if (secret.Any(char.IsControl))
            return "holds a line break or another control character, which no header can hold: a secret is one line.";
        if (secret.Contains('\uFFFD', StringComparison.Ordinal) || HoldsHalfAPair(secret))
            return "holds what is no character: its file is not UTF-8. Save it as UTF-8.";
        if (secret.Any(IsInvisible))
            return "holds an invisible character (pasted with it, perhaps): type it, or copy it anew.";
        return IsQuoted(secret) ? "stands in quotes, which are part of the value here: take them away." : null;
    }

    /// <summary>What is wrong with a key that a machine made, all of it printable ASCII; else as <see cref="ProblemOf"/>.</summary>
    public static string? ProblemOfKey(string key) =>
        ProblemOf(key) ?? (key.Any(c => c is <= ' ' or > '~') ? "holds a blank or another character that no key has." : null);

    private static bool HoldsHalfAPair(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
                i++;
            else if (char.IsSurrogate(text[i]))
                return true;
        }

        return false;
    }

    private static bool IsQuoted(string text) => text.Length > 1 && text[0] == text[^1] && text[0] is ('"' or '\'' or '`');

    private static bool IsAccident(char c) => char.IsWhiteSpace(c) || char.IsControl(c) || c is '\uFEFF' or '\uFFFE';

    private static bool IsInvisible(char c) => CharUnicodeInfo.GetUnicodeCategory(c)
        is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
