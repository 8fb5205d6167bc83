using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

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

    /// <summary>Whole XOF, from a number or from its text.</summary>
    public static long? Whole(object? value)
    {
        var text = value switch { ReferenceJson.Number number => number.Raw, string given => given.Trim(), _ => "" };
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

    /// <summary>The order: a field orderId of the shop's data, the data itself when bare, else the partner id.</summary>
    public static string? Order(object? shop, object? partnerId)
    {
        var data = Unwrapped(shop);
        return new[] { data is ReferenceJson.Members members ? Text(members.Get("orderId")) : null, Text(data), Id(partnerId) }
            .Select(found => found?.Trim()).FirstOrDefault(found => found is { Length: > 0 and <= 200 });
    }

    /// <summary>The shop's data: a text that holds an object is that object; null when there is none to keep.</summary>
    public static object? Unwrapped(object? shop)
    {
        if (shop is string { } text)
        {
            if (string.IsNullOrWhiteSpace(text))
                return null;
            var (isJson, inner) = text.TrimStart() is ['{' or '"', ..] ? ReferenceJson.Read(text, maxDepth: 32) : (false, null);
            inner = ReferenceJson.Storable(inner);
            if (!isJson || ReferenceJson.RepeatsAnywhere(inner))
                return text;
            return inner is string again && string.IsNullOrWhiteSpace(again) ? null : inner;
        }

        return ReferenceJson.Depth(shop) > 32 ? null : shop;
    }

    private static string? Text(object? value) => value switch { string text => text, ReferenceJson.Number number => number.Raw, _ => null };

    [GeneratedRegex(@"\A(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?\z")]
    private static partial Regex Decimal();
}
