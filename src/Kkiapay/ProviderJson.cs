using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace KkiaEvents.Kkiapay;

/// <summary>Parses the provider's JSON: bounded depth, no duplicate property, and no text that PostgreSQL's jsonb refuses.</summary>
internal static class ProviderJson
{
    public const int MaxDepth = 64;

    public static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Parses a body that is one JSON object; the caller disposes of the document.</summary>
    public static bool TryParseObject(
        ReadOnlyMemory<byte> body,
        [NotNullWhen(true)] out JsonDocument? document,
        [NotNullWhen(false)] out string? problem)
    {
        if (!TryParse(body, out document, out problem))
            return false;
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return true;
        problem = "The body is JSON but not an object.";
        document.Dispose();
        document = null;
        return false;
    }

    /// <summary>The same for a body that is JSON of any kind.</summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> body,
        [NotNullWhen(true)] out JsonDocument? document,
        [NotNullWhen(false)] out string? problem)
    {
        document = null;
        if (body.Span.StartsWith(ByteOrderMark))
            body = body[ByteOrderMark.Length..];

        if (body.IsEmpty)
        {
            problem = "The body is empty.";
        }
        else if (!Utf8.IsValid(body.Span))
        {
            problem = "The body is not valid UTF-8.";
        }
        else
        {
            try
            {
                document = JsonDocument.Parse(RepairEscapes(body), Options);
                problem = null;
                return true;
            }
            catch (JsonException e)
            {
                problem = e.LineNumber is { } line
                    ? $"The body is not JSON that can be accepted (line {line + 1}, byte {e.BytePositionInLine + 1})."
                    : "The body is not JSON that can be accepted: a property occurs twice, or it is nested too deep.";
            }
        }

        return false;
    }

    /// <summary>
    /// Replaces the escapes \u0000 and of surrogates without their other half by \ufffd, which is as long, so that the
    /// text needs no other change. PostgreSQL's jsonb refuses the first, and no valid UTF-8 can hold the second.
    /// </summary>
    public static ReadOnlyMemory<byte> RepairEscapes(ReadOnlyMemory<byte> json)
    {
        var source = json.Span;
        byte[]? repaired = null;
        for (var i = source.IndexOf((byte)'\\'); i >= 0 && i + 1 < source.Length;)
        {
            var length = 2;
            if (TryReadEscape(source[i..], out var unit))
            {
                length = 6;
                if (char.IsHighSurrogate(unit) && TryReadEscape(source[(i + 6)..], out var next) && char.IsLowSurrogate(next))
                {
                    length = 12;
                }
                else if (unit == '\0' || char.IsSurrogate(unit))
                {
                    repaired ??= json.ToArray();
                    "fffd"u8.CopyTo(repaired.AsSpan(i + 2));
                }
            }

            i += length;
            var skip = i < source.Length ? source[i..].IndexOf((byte)'\\') : -1;
            i = skip < 0 ? -1 : i + skip;
        }

        return repaired ?? json;
    }

    private static bool TryReadEscape(ReadOnlySpan<byte> at, out char unit)
    {
        unit = '\0';
        if (at.Length < 6 || at[0] != '\\' || at[1] != 'u')
            return false;
        // The number parser would take NULs after the digits for nothing.
        if (at.Slice(2, 4).ContainsAnyExcept(HexDigits))
            return false;
        var valid = ushort.TryParse(at.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value);
        unit = (char)value;
        return valid;
    }
}
