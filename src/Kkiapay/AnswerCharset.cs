using System.Net.Http.Headers;
using System.Text;
using System.Text.Unicode;

namespace KkiaEvents.Kkiapay;

/// <summary>
/// Brings a body to UTF-8, which is what JSON is. A byte order mark tells first, then the bytes themselves, and the charset
/// that the answer names only where they are no UTF-8. What can't be told stays as it is, to be refused as such.
/// </summary>
internal static class AnswerCharset
{
    private static readonly Encoding LittleEndian = new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true);
    private static readonly Encoding BigEndian = new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true);

    public static ReadOnlyMemory<byte> ToUtf8(ReadOnlyMemory<byte> body, string? contentType) =>
        EncodingOf(body.Span, contentType) is var (encoding, mark) ? Transcode(body, encoding, mark) : body;

    private static (Encoding Encoding, int Mark)? EncodingOf(ReadOnlySpan<byte> body, string? contentType) => body switch
    {
        [0xFF, 0xFE, ..] => (LittleEndian, 2),
        [0xFE, 0xFF, ..] => (BigEndian, 2),
        // JSON begins with an ASCII character.
        [0, not 0, ..] => (BigEndian, 0),
        [not 0, 0, ..] => (LittleEndian, 0),
        _ when Utf8.IsValid(body) => null,
        _ => Named(contentType) is { } named ? (named, 0) : null,
    };

    private static Encoding? Named(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || type.CharSet?.Trim('"', ' ', '\'') is not { Length: > 0 } name)
            return null;
        // As browsers do: whoever says Latin-1 means Windows' superset of it.
        if (name.Equals("iso-8859-1", StringComparison.OrdinalIgnoreCase) || name.Equals("latin1", StringComparison.OrdinalIgnoreCase) || name.Equals("us-ascii", StringComparison.OrdinalIgnoreCase))
            name = "windows-1252";
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static ReadOnlyMemory<byte> Transcode(ReadOnlyMemory<byte> body, Encoding encoding, int mark)
    {
        try
        {
            return Encoding.UTF8.GetBytes(encoding.GetString(body.Span[mark..]));
        }
        catch (ArgumentException)
        {
            return body;
        }
    }
}
