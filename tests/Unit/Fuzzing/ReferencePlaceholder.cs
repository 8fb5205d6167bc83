namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>Whether a text stands for an order id and is none, character by character, with no code in common with what it is a reference for.</summary>
internal static class ReferencePlaceholder
{
    private static readonly string[] Whole =
    [
        "null", "(null)", "undefined", "nan", "none", "nil", "nullptr", "infinity", "-infinity", "+infinity", "true", "false", "void", "void 0", "n/a", "array", "object", "object object",
        "axxxxxxid", "hello world", "fake data", "fakedata", "big data", "google-order",
    ];

    private static readonly string[] Names =
    [
        "id", "order", "orderid", "orderno", "ordernumber", "orderref", "orderreference", "reference", "commande", "commandeid", "idcommande", "numerocommande", "partnerid", "transactionid",
    ];

    private static readonly string[] Owners = ["your", "my", "votre", "mon", "ma"];

    private static readonly string[] Owned = ["order", "commande", "reference", "ref", "transaction", "partner"];

    private static readonly string[] Parts = ["", "id", "number", "no", "reference", "ref"];

    public static bool Is(string text) =>
        Whole.Contains(text.ToLowerInvariant()) || text.All(c => c < 128 && !IsWord(c, underscore: false)) || Names.Contains(Bare(text).ToLowerInvariant())
        || IsObject(text) || Tokens(text).Any(t => t.Equals("undefined", StringComparison.OrdinalIgnoreCase) || t is "null" or "NULL" or "NaN" or "None")
        || IsPair(text, "${", "}") || IsPair(text, "#{", "}") || IsPair(text, "@{", "}") || IsPair(text, "{{", "}}") || IsPair(text, "<%", "%>") || text.Contains("<?", StringComparison.Ordinal)
        || Starts(text, '<').Any(IsTag) || Starts(text, '%').Any(IsFormat) || IsWindows(text) || IsRoute(text) || IsVariable(text)
        || (text.Length > 4 && text.StartsWith("__", StringComparison.Ordinal) && text.EndsWith("__", StringComparison.Ordinal) && text.All(c => IsWord(c)))
        || IsOwned(text) || IsCrosses(text);

    private static bool IsWord(char c, bool underscore = true) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') || (underscore && c == '_');

    private static bool IsFirst(char c) => c == '_' || (IsWord(c) && !char.IsDigit(c));

    private static bool IsName(string text) => text.Length > 0 && IsFirst(text[0]) && text.All(c => IsWord(c));

    private static string Bare(string text) => text.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);

    private static IEnumerable<string> Starts(string text, char with) => Enumerable.Range(0, text.Length).Where(i => text[i] == with).Select(i => text[(i + 1)..]);

    // Letters, digits and marks, of any script; a pair of surrogates is neither.
    private static IEnumerable<string> Tokens(string text)
    {
        var token = "";
        foreach (var c in text + "-")
        {
            if (char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.LetterNumber or System.Globalization.UnicodeCategory.OtherNumber
                    or System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark or System.Globalization.UnicodeCategory.EnclosingMark)
            {
                token += c;
                continue;
            }

            yield return token;
            token = "";
        }
    }

    private static bool IsPair(string text, string open, string close) =>
        text.IndexOf(open, StringComparison.Ordinal) is >= 0 and var at && text.IndexOf(close, at + open.Length, StringComparison.Ordinal) >= 0;

    private static bool IsObject(string text)
    {
        if (text.Length >= 14 && text.StartsWith("Instance of '", StringComparison.Ordinal) && text[^1] == '\'')
            return true;
        if (text.Length > 7 && text.StartsWith("System.", StringComparison.Ordinal) && text[7..].All(c => IsWord(c) || ".`,[] ".Contains(c, StringComparison.Ordinal)))
            return true;
        for (var at = text.IndexOf("[object ", StringComparison.Ordinal); at >= 0; at = text.IndexOf("[object ", at + 1, StringComparison.Ordinal))
        {
            var kind = text[(at + 8)..].TakeWhile(c => IsWord(c, underscore: false) && !char.IsDigit(c)).Count();
            if (kind > 0 && at + 8 + kind < text.Length && text[at + 8 + kind] == ']')
                return true;
        }

        var parts = text.Split('@');
        if (parts.Length != 2 || parts[1].Length is < 4 or > 8 || !parts[1].All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f')))
            return false;
        var names = parts[0].Split('.');
        return names.Length > 1 && names[..^1].All(n => n.Length > 0 && n.All(c => IsWord(c))) && names[^1].Length > 0 && names[^1].All(c => IsWord(c) || c == '$');
    }

    private static bool IsTag(string after)
    {
        var end = after.IndexOf('>', StringComparison.Ordinal);
        return end > 0 && IsFirst(after[0]) && after[..end].All(c => IsWord(c) || " .:-".Contains(c, StringComparison.Ordinal));
    }

    private static bool IsFormat(string after)
    {
        var digits = after.TakeWhile(c => c is >= '0' and <= '9').Count();
        var verb = digits > 0 && digits < after.Length && after[digits] == '$' ? after[(digits + 1)..] : after;
        if (verb.Length > 0 && "sdiv@".Contains(verb[0], StringComparison.Ordinal) && (verb.Length == 1 || !IsWord(verb[1], underscore: false)))
            return true;
        if (after.StartsWith("!(", StringComparison.Ordinal) || (after.Length > 2 && after[0] == '!' && after[1] is >= 'a' and <= 'z' && after[2] == '('))
            return true;
        var close = after.IndexOf(')', StringComparison.Ordinal);
        return close > 1 && after[0] == '(' && IsFirst(after[1]) && after[1..close].All(c => IsWord(c) || c == '.') && close + 1 < after.Length && after[close + 1] is 's' or 'd';
    }

    private static bool IsWindows(string text) => text.Length > 2 && text[0] == '%' && text[^1] == '%' && IsName(text[1..^1]);

    private static bool IsRoute(string text)
    {
        var at = text.LastIndexOf(':');
        return at >= 0 && (at == 0 || text[at - 1] == '/') && IsName(text[(at + 1)..]);
    }

    private static bool IsVariable(string text) => text.Length > 1 && text[0] == '$' && IsFirst(text[1]) && text[1..].All(c => IsWord(c) || "[]'\">.-".Contains(c, StringComparison.Ordinal));

    private static bool IsOwned(string text)
    {
        var lower = new string([.. text.Select(c => c < 128 ? char.ToLowerInvariant(c) : c)]);
        return IsOwnedWithout(lower) || (lower.EndsWith("here", StringComparison.Ordinal) && IsOwnedWithout(lower[..^4].TrimEnd(' ', '_', '-')));
    }

    private static bool IsOwnedWithout(string lower) => Owners.Any(owner => lower.StartsWith(owner, StringComparison.Ordinal)
        && Owned.Any(owned => lower[owner.Length..].TrimStart(' ', '_', '-') is var rest && rest.StartsWith(owned, StringComparison.Ordinal)
            && (rest.Length == owned.Length || (Parts.Contains(rest[owned.Length..].TrimStart(' ', '_', '-')) && !" _-".Contains(rest[^1], StringComparison.Ordinal)))));

    private static bool IsCrosses(string text) =>
        text.Length is >= 3 and <= 40 && text[..3].All(c => c is 'x' or 'X') && text[^1] is 'x' or 'X' && text.All(c => c is 'x' or 'X' or ' ' or '_' or '-');
}
