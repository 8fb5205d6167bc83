using System.Globalization;
using System.Text;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary><c>JSON.stringify(JSON.parse(text))</c> as ECMA-262 words it.</summary>
internal static class ReferenceJavaScript
{
    public static string? Stringify(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body is [0xEF, 0xBB, 0xBF, ..] ? body[3..] : body);
        var (isJson, value) = ReferenceJson.Read(text, maxDepth: 64);
        return isJson ? Write(value) : null;
    }

    private static string Write(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => Quote(text),
        ReferenceJson.Number number => Number(double.Parse(number.Raw, CultureInfo.InvariantCulture)),
        List<object?> items => $"[{string.Join(',', items.Select(Write))}]",
        ReferenceJson.Members members => $"{{{string.Join(',', Ordered(members).Select(m => $"{Quote(m.Key)}:{Write(m.Value)}"))}}}",
        _ => throw new InvalidOperationException(),
    };

    // OrdinaryOwnPropertyKeys: array indices by number, then strings by the time they were first set. The last value stays.
    private static IEnumerable<(string Key, object? Value)> Ordered(ReferenceJson.Members members)
    {
        var keys = members.All.Select(m => m.Key).Distinct(StringComparer.Ordinal).ToList();
        return keys.Where(IsIndex).OrderBy(k => ulong.Parse(k, CultureInfo.InvariantCulture)).Concat(keys.Where(k => !IsIndex(k))).Select(k => (k, members.Get(k)));
    }

    private static bool IsIndex(string key) =>
        key.Length is > 0 and <= 10 && key.All(char.IsAsciiDigit) && ulong.Parse(key, CultureInfo.InvariantCulture) is < uint.MaxValue and var index
        && index.ToString(CultureInfo.InvariantCulture) == key;

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if ("\b\t\n\f\r\"\\".IndexOf(c, StringComparison.Ordinal) is >= 0 and var named)
                quoted.Append('\\').Append("btnfr\"\\"[named]);
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                quoted.Append(c).Append(text[++i]);
            else if (c < ' ' || char.IsSurrogate(c))
                quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }

    // Number::toString: the fewest digits that mean the same number, laid out by the place n of the decimal point.
    private static string Number(double value)
    {
        if (double.IsInfinity(value))
            return "null";
        if (value == 0)
            return "0";
        if (value < 0)
            return "-" + Number(-value);
        var scientific = Enumerable.Range(0, 18).Select(p => value.ToString($"E{p}", CultureInfo.InvariantCulture)).First(t => double.Parse(t, CultureInfo.InvariantCulture) == value);
        var e = scientific.IndexOf('E', StringComparison.Ordinal);
        var s = scientific[..e].Replace(".", "", StringComparison.Ordinal);
        var k = s.Length;
        var n = int.Parse(scientific[(e + 1)..], CultureInfo.InvariantCulture) + 1;
        if (k <= n && n <= 21)
            return s + new string('0', n - k);
        if (n is > 0 and <= 21)
            return $"{s[..n]}.{s[n..]}";
        if (n is > -6 and <= 0)
            return $"0.{new string('0', -n)}{s}";
        return $"{s[0]}{(k > 1 ? $".{s[1..]}" : "")}e{(n > 0 ? "+" : "-")}{Math.Abs(n - 1)}";
    }
}
