using System.IO.Compression;
using System.Net.Http.Headers;

namespace KkiaEvents.Kkiapay;

/// <summary>
/// Unpacks a body that was read whole. Compression is not asked for, and proxies compress all the same, leave the header
/// on what they have unpacked, or take it off what they have not: where header and bytes disagree the bytes count.
/// </summary>
internal static class AnswerBody
{
    // More than any chain of proxies makes; each layer is one more pass over the bytes.
    private const int MostLayers = 4;

    public static AnswerContent Open(ReadOnlyMemory<byte> body, HttpContentHeaders headers)
    {
        var type = AnswerContent.TypeOf(headers);
        var (unpacked, problem) = Unpack(body, Encodings(headers));
        return problem is null ? new(AnswerCharset.ToUtf8(unpacked, type), type) : new(default, type, problem);
    }

    /// <summary>Undoes these encodings, the last one first, never beyond <see cref="AnswerHandler.MaxBody"/>.</summary>
    public static (ReadOnlyMemory<byte> Body, UnreadableReason? Problem) Unpack(ReadOnlyMemory<byte> body, IReadOnlyList<string> encodings)
    {
        var layers = encodings.Reverse().ToList();
        if (layers.Count > MostLayers)
            return (default, UnreadableReason.Compression);
        // No text begins so.
        if (layers.Count == 0 && IsGzip(body.Span))
            layers.Add("gzip");
        foreach (var encoding in layers)
        {
            var (unpacked, problem) = Unpack(body, encoding);
            if (problem == UnreadableReason.Compression && LooksLikeText(body.Span))
                continue;
            if (problem is not null)
                return (default, problem);
            body = unpacked;
        }

        return (body, null);
    }

    private static List<string> Encodings(HttpContentHeaders headers) =>
        headers.NonValidated.TryGetValues("Content-Encoding", out var values)
            ? [.. values.SelectMany(v => v.Split(',')).Select(v => v.Trim().ToLowerInvariant()).Where(IsEncoding)]
            : [];

    // "utf-8" is a charset: it says nothing of compression, wherever it is written.
    private static bool IsEncoding(string name) => name is not ("" or "identity" or "none" or "utf-8" or "utf8");

    private static (ReadOnlyMemory<byte> Body, UnreadableReason? Problem) Unpack(ReadOnlyMemory<byte> body, string encoding) => encoding switch
    {
        "gzip" or "x-gzip" => Read(body, packed => new GZipStream(packed, CompressionMode.Decompress)),
        "br" => Read(body, packed => new BrotliStream(packed, CompressionMode.Decompress)),
        // The name means zlib's format; some send deflate's own.
        "deflate" when IsZlib(body.Span) => Read(body, packed => new ZLibStream(packed, CompressionMode.Decompress)),
        "deflate" => Read(body, packed => new DeflateStream(packed, CompressionMode.Decompress)),
        _ => (default, UnreadableReason.Compression),
    };

    private static (ReadOnlyMemory<byte> Body, UnreadableReason? Problem) Read(ReadOnlyMemory<byte> body, Func<Stream, Stream> unpack)
    {
        var buffer = new byte[Math.Min(4 * body.Length + 64, AnswerHandler.MaxBody + 1)];
        var used = 0;
        try
        {
            using var stream = unpack(new MemoryStream(body.ToArray(), writable: false));
            for (int read; used <= AnswerHandler.MaxBody && (read = stream.Read(buffer, used, buffer.Length - used)) > 0;)
            {
                used += read;
                if (used == buffer.Length && used <= AnswerHandler.MaxBody)
                    Array.Resize(ref buffer, Math.Min(buffer.Length * 2, AnswerHandler.MaxBody + 1));
            }
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or IOException)
        {
            return (default, UnreadableReason.Compression);
        }

        if (used > AnswerHandler.MaxBody)
            return (default, UnreadableReason.TooLarge);
        // Nothing comes out of what was cut short before its first block; an empty text is packed as well, and then says nothing.
        return used == 0 && !body.IsEmpty ? (default, UnreadableReason.Compression) : (buffer.AsMemory(0, used), null);
    }

    private static bool IsGzip(ReadOnlySpan<byte> body) => body is [0x1F, 0x8B, ..];

    private static bool IsZlib(ReadOnlySpan<byte> body) => body is [var method, var flags, ..] && (method & 0x0F) == 8 && (method << 8 | flags) % 31 == 0;

    private static bool LooksLikeText(ReadOnlySpan<byte> body) => body.TrimStart(" \t\r\n\uFEFF"u8) is [(byte)'{' or (byte)'[' or (byte)'<', ..];
}
