using System.IO.Compression;
using System.Text.RegularExpressions;

namespace KkiaEvents.Sandbox.Faults;

/// <summary>An answer as gateways, proxies and other versions of an API make it of a good one.</summary>
/// <param name="Body">What is sent in its place.</param>
/// <param name="Status">Its HTTP status; null for the good answer's.</param>
/// <param name="ContentType">Its type; null for the good answer's.</param>
/// <param name="Encoding">Its <c>Content-Encoding</c>; null for none.</param>
/// <param name="Location">Where a redirect points; null for none.</param>
internal sealed partial record GarbledAnswer(byte[] Body, int? Status = null, string? ContentType = null, string? Encoding = null, string? Location = null)
{
    // Unpacked it is far longer than any answer, packed it is a good kilobyte.
    private const int BombSize = 1_000_000;

    private static readonly Dictionary<string, Func<byte[], GarbledAnswer>> Forms = new(StringComparer.Ordinal)
    {
        ["html"] = _ => new("<!DOCTYPE html><html><body><h1>We will be back soon</h1></body></html>"u8.ToArray(), 200, "text/html; charset=utf-8"),
        ["redirect"] = _ => new([], 302, "text/html", Location: "https://login.example/elsewhere"),
        ["empty"] = _ => new([]),
        ["truncated"] = good => new(good[..(good.Length / 2)]),
        ["list"] = good => new([(byte)'[', .. good, (byte)']']),
        ["ndjson"] = good => new([.. good, (byte)'\n', .. good], ContentType: "application/x-ndjson"),
        ["other"] = good => new(Utf8(TransactionId().Replace(Text(good), "\"transactionId\":\"another_one\""))),
        ["shapeless"] = _ => new("{\"ok\":true,\"version\":2}"u8.ToArray()),
        ["unknown"] = _ => new("{\"reason\":\"Transaction Not Found\"}"u8.ToArray(), 404),
        ["wrapped"] = good => new([.. "{\"status\":\"success\",\"data\":"u8, .. good, (byte)'}']),
        ["bom"] = good => new([0xEF, 0xBB, 0xBF, .. good]),
        ["utf16"] = good => new([0xFF, 0xFE, .. System.Text.Encoding.Unicode.GetBytes(Text(good))], ContentType: "application/json; charset=utf-16"),
        ["latin1"] = good => new(System.Text.Encoding.Latin1.GetBytes(Text(good)), ContentType: "application/json; charset=iso-8859-1"),
        ["gzip"] = good => new(Packed(good, to => new GZipStream(to, CompressionLevel.Fastest)), Encoding: "gzip"),
        ["br"] = good => new(Packed(good, to => new BrotliStream(to, CompressionLevel.Fastest)), Encoding: "br"),
        ["deflate"] = good => new(Packed(good, to => new ZLibStream(to, CompressionLevel.Fastest)), Encoding: "deflate"),
        ["bomb"] = _ => new(Packed(new byte[BombSize], to => new GZipStream(to, CompressionLevel.Optimal)), Encoding: "gzip"),
    };

    /// <summary>The forms there are, by name.</summary>
    public static IEnumerable<string> Names => Forms.Keys.Order(StringComparer.Ordinal);

    /// <summary>What becomes of a good answer.</summary>
    public static GarbledAnswer Of(byte[] good, string form) => Forms[form](good);

    /// <summary>Sends it in place of what was written so far.</summary>
    public async Task SendAsync(HttpContext call)
    {
        var response = call.Response;
        response.StatusCode = Status ?? response.StatusCode;
        response.ContentType = ContentType ?? response.ContentType;
        response.ContentLength = Body.Length;
        if (Encoding is not null) response.Headers.ContentEncoding = Encoding;
        if (Location is not null) response.Headers.Location = Location;
        await response.Body.WriteAsync(Body, call.RequestAborted);
    }

    [GeneratedRegex("\"transactionId\":\"[^\"]*\"")]
    private static partial Regex TransactionId();

    private static string Text(byte[] body) => System.Text.Encoding.UTF8.GetString(body);

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static byte[] Packed(byte[] body, Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var stream = packer(packed)) stream.Write(body);
        return packed.ToArray();
    }
}
