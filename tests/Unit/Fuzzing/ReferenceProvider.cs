using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using KkiaEvents.Ledger.Text;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>What a body of the provider's means, by the words of the wire's description alone.</summary>
internal static partial class ReferenceProvider
{
    /// <summary>The body's object; null when it is none that anybody may act on: not UTF-8, a member twice, too deep.</summary>
    public static ReferenceJson.Members? ObjectOf(byte[] body)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body is [0xEF, 0xBB, 0xBF, ..] ? body[3..] : body);
        }
        catch (ArgumentException)
        {
            return null;
        }

        var (_, value) = ReferenceJson.Read(text, maxDepth: 64);
        return ReferenceJson.Storable(value) is ReferenceJson.Members members && !ReferenceJson.RepeatsAnywhere(members) ? members : null;
    }

    /// <summary>Whole XOF, from a number, or from a text as people write amounts, where it has one meaning.</summary>
    public static long? Whole(object? value) => value switch
    {
        ReferenceJson.Number number => Exact(number.Raw),
        string { Length: > 100 } given when given.Trim() is { Length: > 100 } trimmed => Exact(trimmed),
        string given => Written(given.Trim()),
        _ => null,
    };

    /// <summary>What of an amount is the price, where the customer paid the fees on top and every word says so.</summary>
    public static long? BeforeFees(ReferenceJson.Members root)
    {
        // A word of who bears them counts before the flag of older answers, and must not contradict it.
        var (bearer, merchant) = (Scalar(root.Get("feeSupportedBy")), Flag(root.Get("isFeesBorneByMerchant")));
        var customer = bearer is null ? merchant == false : merchant != true && string.Concat(bearer[..Math.Min(bearer.Length, 1024)].Where(char.IsAsciiLetter)).Equals("customer", StringComparison.OrdinalIgnoreCase);
        return customer && Whole(root.Get("fees")) is > 0 and var fees && Whole(root.Get("amount")) is { } amount && amount > fees && Whole(root.Get("income")) == amount - fees ? amount - fees : null;
    }

    private static long? Written(string text)
    {
        var (narrow, zero) = (new StringBuilder(), (int?)null);
        foreach (var rune in text.EnumerateRunes())
        {
            var at = rune.Value is > 0xFF00 and < 0xFF5F ? new Rune(rune.Value - 0xFF00 + 0x20) : rune;
            var kind = Rune.GetUnicodeCategory(at);
            if (kind == UnicodeCategory.DecimalDigitNumber)
            {
                var value = (int)Rune.GetNumericValue(at);
                if ((zero ??= at.Value - value) != at.Value - value)
                    return null;
                narrow.Append(value);
            }
            else
            {
                narrow.Append(kind == UnicodeCategory.SpaceSeparator ? " " : at.ToString());
            }
        }

        var number = narrow.ToString();
        foreach (var word in (ReadOnlySpan<string>)["XOF", "FCFA", "F CFA", "CFA", "F"])
        {
            if (number.StartsWith(word, StringComparison.OrdinalIgnoreCase) && IsNumber(Spaceless(number[word.Length..])))
                return OneMeaning(Spaceless(number[word.Length..]));
            if (number.EndsWith(word, StringComparison.OrdinalIgnoreCase) && number[..^word.Length] is var head && IsNumber(head.EndsWith(' ') ? head[..^1] : head) && !head.EndsWith("  ", StringComparison.Ordinal))
                return char.IsAsciiDigit((head.EndsWith(' ') ? head[..^1] : head)[^1]) ? OneMeaning(head.EndsWith(' ') ? head[..^1] : head) : null;
        }

        return OneMeaning(number);

        static string Spaceless(string rest) => rest.StartsWith(' ') ? rest[1..] : rest;
    }

    private static bool IsNumber(string text) => text.TrimStart('+') is { Length: > 0 } bare && text.Length - bare.Length < 2 && char.IsAsciiDigit(bare[0]) && bare.All(c => char.IsAsciiDigit(c) || " .,'’".Contains(c, StringComparison.Ordinal));

    private static long? OneMeaning(string text)
    {
        var number = text.Length > 1 && text[0] == '+' && char.IsAsciiDigit(text[1]) ? text[1..] : text;
        var marks = number.Where(c => !char.IsAsciiDigit(c)).ToArray();
        if (marks is ['.' or ','] && Grouping(number, marks[0]))
            return null;
        var (head, last) = (number, '\0');
        if (number.LastIndexOfAny(['.', ',']) is var at and > 0 && number[(at + 1)..] is "0" or "00")
            (head, last) = (number[..number.LastIndexOfAny(['.', ','])], number[number.LastIndexOfAny(['.', ','])]);
        foreach (var mark in " '’")
        {
            if (Grouping(head, mark) || Grouping(number, mark))
                return Exact(new string([.. (Grouping(number, mark) ? number : head).Where(char.IsAsciiDigit)]));
        }

        if (last != '\0' && Grouping(head, last == '.' ? ',' : '.'))
            return Exact(new string([.. head.Where(char.IsAsciiDigit)]));
        if (last == ',' && head.All(char.IsAsciiDigit))
            return Exact(head);
        return marks.Length > 1 && (Grouping(number, ',') || Grouping(number, '.')) ? Exact(new string([.. number.Where(char.IsAsciiDigit)])) : Exact(number);
    }

    // Groups of three digits, the first of one to three and not beginning with a zero.
    private static bool Grouping(string number, char mark) =>
        number.Split(mark) is { Length: > 1 } groups && groups.All(g => g.Length > 0 && g.All(char.IsAsciiDigit)) && groups[0].Length < 4 && groups[0][0] != '0' && groups.Skip(1).All(g => g.Length == 3);

    private static long? Exact(string text)
    {
        if (Decimal().Match(text) is not { Success: true } match)
            return null;
        var digits = match.Groups[2].Value + match.Groups[3].Value;
        var mantissa = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        if (mantissa.IsZero)
            return 0;
        if (match.Groups[1].Length > 0)
            return null;
        var exponent = (match.Groups[4].Length == 0 ? BigInteger.Zero : BigInteger.Parse(match.Groups[4].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)) - match.Groups[3].Length;
        if (exponent > 40 || exponent < -digits.Length)
            return null;
        var whole = exponent >= 0 ? mantissa * BigInteger.Pow(10, (int)exponent) : BigInteger.DivRem(mantissa, BigInteger.Pow(10, -(int)exponent), out var rest) is var q && rest.IsZero ? q : -1;
        return whole >= 0 && whole <= long.MaxValue ? (long)whole : null;
    }

    /// <summary>A word or an id, also where it was written as a number; null when blank or longer than 200.</summary>
    public static string? Id(object? value) => Scalar(value) is { Length: <= 200 } text ? text : null;

    public static string? Scalar(object? value)
    {
        var text = value switch { string given => given, ReferenceJson.Number number => number.Raw, true => "true", false => "false", _ => null };
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    /// <summary>true, false, or their names.</summary>
    public static bool? Flag(object? value) => value switch
    {
        bool flag => flag,
        string text when text.Trim().Equals("true", StringComparison.OrdinalIgnoreCase) => true,
        string text when text.Trim().Equals("false", StringComparison.OrdinalIgnoreCase) => false,
        _ => null,
    };

    // Where shops and KKiaPay's plugins put it, in the order in which it is looked for; "order.id" is a member of a member.
    private static readonly string[] Places = ["orderid", "order", "order.id", "ordernumber", "orderreference", "orderref", "commandeid", "commande", "numerocommande", "reference"];

    /// <summary>The order: a field of the shop's data by one of its usual names, the data itself when bare, else the partner id.</summary>
    public static string? Order(object? shop, object? partnerId)
    {
        var data = Unwrapped(shop);
        return Places.Select(place => Field(data, place.Split('.'))).Append(Named(data)).Append(Named(Id(partnerId))).FirstOrDefault(found => found is not null);
    }

    /// <summary>The shop's data of a body: <c>stateData</c>, or <c>state</c> where the first says nothing and the second does.</summary>
    public static object? Shop(ReferenceJson.Members root)
    {
        var (one, other) = (root.Get("stateData"), root.Get("state"));
        return Unwrapped(one) is null || (Empty(Unwrapped(one)) && !Empty(Unwrapped(other))) ? other : one;
    }

    private static bool Empty(object? data) => data switch
    {
        null => true,
        ReferenceJson.Members members => members.All.Count == 0,
        List<object?> items => items.Count == 0,
        string text => new[] { "null", "undefined", "[]" }.Contains(text.Trim(), StringComparer.OrdinalIgnoreCase),
        _ => false,
    };

    private static string? Field(object? data, string[] path)
    {
        if (path.Length == 0)
            return Named(data);
        if (data is not ReferenceJson.Members members || members.Repeats)
            return null;
        var alike = members.All.Where(m => m.Key.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal)
            .Equals(path[0], StringComparison.OrdinalIgnoreCase)).ToList();
        // The name as it is written in the list of places comes first, then those like it, where they agree.
        var exact = alike.Where(m => m.Key.Equals(Spelt.GetValueOrDefault(path[0], path[0]), StringComparison.Ordinal)).Select(m => Field(m.Value, path[1..])).FirstOrDefault();
        var others = alike.Select(m => Field(m.Value, path[1..])).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return exact ?? (others.Count == 1 ? others[0] : null);
    }

    private static readonly Dictionary<string, string> Spelt = new()
    {
        ["orderid"] = "orderId", ["ordernumber"] = "orderNumber", ["orderreference"] = "orderReference", ["orderref"] = "orderRef", ["commandeid"] = "commandeId", ["numerocommande"] = "numeroCommande",
    };

    /// <summary>An order id that a value names: its text, taken out of the JSON strings that hold it.</summary>
    private static string? Named(object? value)
    {
        var text = Text(value);
        for (var times = 0; times < 5 && text?.TrimStart() is ['"', ..]; times++)
            text = ReferenceJson.Read(text, maxDepth: 1) is (true, string inner) ? inner : null;
        return OrderId(text);
    }

    /// <summary>An order id as it is kept; null for what is none. (The normal form itself is held against ICU's elsewhere.)</summary>
    public static string? OrderId(string? text)
    {
        var id = text?.Trim();
        if (string.IsNullOrEmpty(id) || OddInAnId().IsMatch(id) || "{[\"".Contains(id[0], StringComparison.Ordinal))
            return null;
        id = UnicodeNormalization.Compose(id);
        return id.Length <= 128 && !ReferencePlaceholder.Is(id) ? id : null;
    }

    /// <summary>The shop's data: a text that holds an object, or a string that was encoded once more, is what it holds; null when there is none to keep.</summary>
    public static object? Unwrapped(object? shop)
    {
        if (shop is not string text)
            return ReferenceJson.Depth(shop) > 32 ? null : shop;
        for (var times = 0; times < 5 && text.TrimStart() is ['{' or '"', ..]; times++)
        {
            var (isJson, inner) = ReferenceJson.Read(text, maxDepth: 32);
            inner = ReferenceJson.Storable(inner);
            if (!isJson || ReferenceJson.RepeatsAnywhere(inner))
                break;
            if (inner is not string again)
                return inner;
            text = again;
        }

        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    private static string? Text(object? value) => value switch { string text => text, ReferenceJson.Number number => number.Raw, _ => null };

    // Controls, format characters, line and paragraph separators, halves of pairs, U+FFFD, and code points that are no characters; tags lie beyond 16 bits.
    [GeneratedRegex(@"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFD\uFFFE\uFFFF\uFDD0-\uFDEF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]|[\uD83F\uD87F\uD8BF\uD8FF\uD93F\uD97F\uD9BF\uD9FF\uDA3F\uDA7F\uDABF\uDAFF\uDB3F\uDB7F\uDBBF\uDBFF][\uDFFE\uDFFF]|\uDB40[\uDC01\uDC20-\uDC7F]|\uD804[\uDCBD\uDCCD]|\uD80D[\uDC30-\uDC3F]|\uD82F[\uDCA0-\uDCA3]|\uD834[\uDD73-\uDD7A]")]
    private static partial Regex OddInAnId();

    [GeneratedRegex(@"\A(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?\z")]
    private static partial Regex Decimal();
}
