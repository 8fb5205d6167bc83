using System.Globalization;
using System.Text;

namespace KkiaEvents.Kkiapay;

/// <summary>JSON strings as JavaScript reads and writes them: UTF-16, where a surrogate may stand alone.</summary>
internal static class JavaScriptString
{
    /// <summary>The value of a JSON string's inside, which must be valid JSON and valid UTF-8.</summary>
    public static string Unescape(ReadOnlySpan<byte> inside)
    {
        var text = new StringBuilder(inside.Length);
        while (true)
        {
            var escape = inside.IndexOf((byte)'\\');
            if (escape < 0)
                return text.Append(Encoding.UTF8.GetString(inside)).ToString();

            text.Append(Encoding.UTF8.GetString(inside[..escape]));
            var kind = (char)inside[escape + 1];
            var length = 2;
            if (kind == 'u')
            {
                length = 6;
                kind = (char)ushort.Parse(
                    inside.Slice(escape + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            }
            else
            {
                kind = kind switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => kind };
            }

            text.Append(kind);
            inside = inside[(escape + length)..];
        }
    }

    /// <summary>The string as <c>JSON.stringify</c> writes it (well-formed since ES2019: a lone surrogate becomes an escape).</summary>
    public static void Quote(string value, StringBuilder output)
    {
        output.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var unit = value[i];
            switch (unit)
            {
                case '"' or '\\':
                    output.Append('\\').Append(unit);
                    break;
                case '\b':
                    output.Append("\\b");
                    break;
                case '\f':
                    output.Append("\\f");
                    break;
                case '\n':
                    output.Append("\\n");
                    break;
                case '\r':
                    output.Append("\\r");
                    break;
                case '\t':
                    output.Append("\\t");
                    break;
                case < ' ':
                    AppendEscape(unit, output);
                    break;
                default:
                    if (i + 1 < value.Length && char.IsSurrogatePair(unit, value[i + 1]))
                        output.Append(unit).Append(value[++i]);
                    else if (char.IsSurrogate(unit))
                        AppendEscape(unit, output);
                    else
                        output.Append(unit);
                    break;
            }
        }

        output.Append('"');
    }

    private static void AppendEscape(char unit, StringBuilder output) =>
        output.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
}
