using System.Text;
using CsCheck;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>JSON as a grammar makes it: mostly right, with what readers disagree about, and now and then wrong.</summary>
internal static class JsonGrammar
{
    public static readonly Gen<string> Space = Gen.Frequency((30, Gen.Const("")), (2, Fuzz.OneOf(" ", "\n", "\t", "\r\n")), (1, Fuzz.OneOf("\f", "\u00A0", "//\n", "\0")));

    // Within quotes. The last kinds are no JSON.
    private static readonly Gen<string> Unit = Gen.Frequency(
        (40, Gen.Char['!', '~'].Where(c => c is not ('"' or '\\')).Select(c => c.ToString())),
        (6, Fuzz.OneOf("\\n", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r", "\\t", " ", "{", "\\u0022")),
        (6, Fuzz.OneOf("é", "٣", "\u2028", "\u00A0", "\uFEFF", "😀", "\u007f")),
        (4, Gen.UShort.Select(u => $"\\u{u:x4}")),
        (4, Fuzz.OneOf("\\u0000", "\\ud83d", "\\ude00", "\\ud83d\\ude00", "\\uD83D\\uDE00", "\\ud83d\\u0041", "\\ud83d\\ud83d", "\\u003A", "\\uFFFD", "\\uffff")),
        (1, Fuzz.OneOf("\\x41", "\\u12", "\\u00g0", "\u0001", "\0", "\n", "\\", "\"", "\\u\0\0\0\0")));

    public static readonly Gen<string> Text = Unit.Array[0, 6].Select(units => $"\"{string.Concat(units)}\"");

    private static readonly Gen<string> Digits = Gen.Char['0', '9'].Array[1, 20].Select(d => new string(d));

    public static readonly Gen<string> Number = Gen.Frequency(
        (10, Gen.Int[0, 1_000_000].Select(i => $"{i}")),
        (3, Fuzz.OneOf("5000", "5000.0", "5e3", "5E+3", "50000e-1", "500.0e1", "0", "-0", "0.0", "-0e5", "0e999999999999", "-1", "1e400", "1e-400", "9223372036854775807", "9223372036854775808", "1e18", "9007199254740993", "0.1", "1e21", "123456789012345680000", "5e-324", "1.7976931348623157e308")),
        (3, Gen.Select(Digits, Digits, Gen.Int[-25, 25], Gen.Int[0, 3]).Select((w, f, e, form) =>
            (w.TrimStart('0') is { Length: > 0 } whole ? whole : "0") + (form is 1 or 3 ? $".{f}" : "") + (form >= 2 ? $"e{e}" : ""))),
        (1, Gen.Double.Select(d => d.ToString("R", System.Globalization.CultureInfo.InvariantCulture))),
        (1, Fuzz.OneOf("01", "1.", ".5", "+1", "NaN", "Infinity", "0x10", "1_000", "1e", "--1", "5 000", "٥")));

    public static readonly Gen<string> Scalar = Gen.Frequency((4, Text), (3, Number), (2, Fuzz.OneOf("true", "false", "null")), (1, Fuzz.OneOf("True", "nul", "undefined", "'a'", "")));

    private static readonly Gen<string> Key = Gen.Frequency((4, Text), (3, Fuzz.OneOf("\"orderId\"", "\"a\"", "\"1\"", "\"0\"", "\"10\"", "\"01\"", "\"-1\"", "\"4294967295\"", "\"4294967294\"", "\"__proto__\"", "\"\"")));

    /// <summary>Any value, a few levels deep.</summary>
    public static readonly Gen<string> Value = Nested(3);

    /// <summary>A value within so many brackets, of either kind.</summary>
    public static readonly Gen<string> Deep = Gen.Select(Gen.Frequency((3, Gen.Int[28, 36]), (3, Gen.Int[60, 68]), (1, Gen.Int[1, 200])), Gen.Bool, Scalar)
        .Select((depth, objects, scalar) => objects
            ? string.Concat(Enumerable.Repeat("{\"a\":", depth)) + scalar + new string('}', depth)
            : new string('[', depth) + scalar + new string(']', depth));

    /// <summary>A text as the JSON string that holds it.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
            _ = c is '"' or '\\' ? quoted.Append('\\').Append(c) : c < ' ' ? quoted.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : quoted.Append(c);
        return quoted.Append('"').ToString();
    }

    public static Gen<string> ObjectOf(Gen<(string Key, string Value)[]> members) => Gen.Select(members, Space, Space, Space).Select((all, a, b, c) =>
        $"{a}{{{b}{string.Join($"{c},{a}", all.Select(m => $"{m.Key}{b}:{c}{m.Value}"))}{b}}}{c}");

    /// <summary>Bytes of a text, now and then changed, cut, doubled, marked or followed by something.</summary>
    public static Gen<byte[]> Damaged(Gen<string> text)
    {
        var change = Gen.Select(Gen.Int[0, 7], Gen.Double[0, 1], Gen.Byte);
        return Gen.Select(text, Gen.Frequency((3, Gen.Const(0)), (1, Gen.Int[1, 3])), change.Array[3]).Select((whole, count, changes) =>
        {
            var body = Encoding.UTF8.GetBytes(whole).ToList();
            foreach (var (kind, where, with) in changes.Take(count))
                Change(body, kind, (int)(where * body.Count), with);
            return body.ToArray();
        });
    }

    private static void Change(List<byte> body, int kind, int at, byte with)
    {
        switch (kind)
        {
            case 0 when body.Count > 0:
                body[Math.Min(at, body.Count - 1)] = with;
                break;
            case 1:
                body.Insert(at, with);
                break;
            case 2 when body.Count > 0:
                body.RemoveAt(Math.Min(at, body.Count - 1));
                break;
            case 3:
                body.RemoveRange(at, body.Count - at);
                break;
            case 4:
                body.InsertRange(0, [0xEF, 0xBB, 0xBF]);
                break;
            case 5:
                body.Add(with);
                break;
            case 6:
                body.InsertRange(at, [.. body.Skip(at / 2).Take(with)]);
                break;
            default:
                body.InsertRange(at, [(byte)(0xC0 | (with & 0x3F)), (byte)(0x80 | (with >> 2))]);
                break;
        }
    }

    private static Gen<string> Nested(int depth)
    {
        if (depth == 0)
            return Scalar;
        var inner = Nested(depth - 1);
        return Gen.Frequency(
            (3, Scalar),
            (1, Gen.Select(inner.Array[0, 3], Space).Select((items, space) => $"[{space}{string.Join("," + space, items)}{space}]")),
            (2, ObjectOf(Gen.Select(Key, inner).Array[0, 3])));
    }
}
