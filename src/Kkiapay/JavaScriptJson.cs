using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace KkiaEvents.Kkiapay;

/// <summary>
/// <c>JSON.stringify(JSON.parse(body))</c>, to the byte: what a sender has signed that hashes the object and not the
/// bytes it sends. Held against Node's own answers by a test.
/// </summary>
internal static class JavaScriptJson
{
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = ProviderJson.MaxDepth };

    /// <summary>The re-serialised body; null when <c>JSON.parse</c> would refuse it, or it is nested deeper than we read.</summary>
    public static byte[]? Stringify(ReadOnlySpan<byte> body)
    {
        if (body.StartsWith("\uFEFF"u8))
            body = body[3..];

        // JavaScript decodes first, and what is not UTF-8 becomes U+FFFD.
        var utf8 = Utf8.IsValid(body) ? body : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body));
        var reader = new Utf8JsonReader(utf8, Strict);
        var output = new StringBuilder(body.Length);
        try
        {
            reader.Read();
            var root = ReadValue(ref reader);
            // Reads on to the end, where anything but white space is refused.
            reader.Read();
            Write(root, output);
        }
        catch (JsonException)
        {
            return null;
        }

        return Encoding.UTF8.GetBytes(output.ToString());
    }

    /// <summary>A <see cref="JavaScriptObject"/>, a list, or a <see cref="Literal"/>.</summary>
    private static object ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new JavaScriptObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = JavaScriptString.Unescape(reader.ValueSpan);
                    reader.Read();
                    members.Set(key, ReadValue(ref reader));
                }

                return members;
            case JsonTokenType.StartArray:
                var items = new List<object>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(ReadValue(ref reader));
                return items;
            case JsonTokenType.String:
                return JavaScriptString.Unescape(reader.ValueSpan);
            case JsonTokenType.Number:
                return new Literal(JavaScriptNumber.Rewrite(reader.ValueSpan));
            default:
                return new Literal(Encoding.UTF8.GetString(reader.ValueSpan));
        }
    }

    private static void Write(object value, StringBuilder output)
    {
        switch (value)
        {
            case string text:
                JavaScriptString.Quote(text, output);
                break;
            case Literal literal:
                output.Append(literal.Json);
                break;
            case List<object> items:
                output.Append('[');
                for (var i = 0; i < items.Count; i++)
                {
                    if (i > 0)
                        output.Append(',');
                    Write(items[i], output);
                }

                output.Append(']');
                break;
            case JavaScriptObject members:
                output.Append('{');
                var first = true;
                foreach (var (key, member) in members.InOrder())
                {
                    if (!first)
                        output.Append(',');
                    first = false;
                    JavaScriptString.Quote(key, output);
                    output.Append(':');
                    Write(member, output);
                }

                output.Append('}');
                break;
        }
    }

    /// <summary>A number, true, false or null, as it will be written.</summary>
    private sealed record Literal(string Json);

    /// <summary>A JavaScript object's own properties: array indices first, ascending; then the others as first set.</summary>
    private sealed class JavaScriptObject
    {
        private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);
        private readonly List<KeyValuePair<string, object>> _members = [];
        private SortedDictionary<uint, object>? _indices;

        /// <summary>A repeated key keeps its first place and gets the last value.</summary>
        public void Set(string key, object value)
        {
            if (IsArrayIndex(key, out var index))
            {
                (_indices ??= [])[index] = value;
            }
            else if (!_positions.TryAdd(key, _members.Count))
            {
                _members[_positions[key]] = new(key, value);
            }
            else
            {
                _members.Add(new(key, value));
            }
        }

        public IEnumerable<KeyValuePair<string, object>> InOrder() => _indices is null
            ? _members
            : _indices.Select(i => new KeyValuePair<string, object>(i.Key.ToString(CultureInfo.InvariantCulture), i.Value))
                .Concat(_members);

        // ECMA-262: an array index is the canonical text of 0 to 2^32 - 2. The number parser would take NULs behind it for nothing.
        private static bool IsArrayIndex(string key, out uint index) =>
            uint.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out index)
            && index != uint.MaxValue
            && key[^1] != '\0'
            && (key[0] != '0' || key.Length == 1);
    }
}
