using System.Globalization;

namespace KkiaEvents.Kkiapay;

/// <summary>Writes a number as JavaScript does (ECMA-262, Number::toString, and JSON.stringify for what is not finite).</summary>
internal static class JavaScriptNumber
{
    /// <summary>The text of a JSON number after a detour over JavaScript's only number type.</summary>
    public static string Rewrite(ReadOnlySpan<byte> json) =>
        Format(double.Parse(json, NumberStyles.Float, CultureInfo.InvariantCulture));

    public static string Format(double value)
    {
        if (!double.IsFinite(value))
            return "null";
        if (value == 0)
            return "0";

        // "R" gives the same shortest round-trip digits as JavaScript; only their layout differs.
        var (digits, point) = Decompose(Math.Abs(value).ToString("R", CultureInfo.InvariantCulture));
        var sign = value < 0 ? "-" : "";
        return sign + point switch
        {
            > 0 and <= 21 when digits.Length <= point => digits.PadRight(point, '0'),
            > 0 and <= 21 => $"{digits[..point]}.{digits[point..]}",
            > -6 and <= 0 => "0." + new string('0', -point) + digits,
            _ => Scientific(digits, point - 1),
        };
    }

    private static string Scientific(string digits, int exponent)
    {
        var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent)}");
    }

    /// <summary>The significant digits, and how many of them stand before the decimal point (negative: zeros after it).</summary>
    private static (string Digits, int Point) Decompose(string text)
    {
        var e = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var point = (dot < 0 ? mantissa.Length : dot) + exponent;
        var all = mantissa.Replace(".", "", StringComparison.Ordinal);
        var significant = all.TrimStart('0');
        return (significant.TrimEnd('0'), point - (all.Length - significant.Length));
    }
}
