using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>
/// A stored event as a line of <c>events.ndjson</c>. Each line ends with a chain value: SHA-256 over the chain value before
/// it (64 hex digits; zeros for the first) and the line's own bytes up to there. A changed line breaks its own link, a
/// dropped one the next.
/// </summary>
internal sealed class ExportLine : IDisposable
{
    public const string Start = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>How many bytes the chain takes at the end of a line: <c>,"chain":"…"}</c>.</summary>
    public const int TailLength = 10 + 64 + 2;

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _buffer = new(8192);
    private readonly Utf8JsonWriter _json;

    public ExportLine() => _json = new(_buffer, Writing);

    public string Chain { get; private set; } = Start;

    /// <summary>The next line, with its line feed. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Write(long line, StoredEvent e, bool context)
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteNumber("line", line);
        _json.WriteNumber("position", e.Position);
        _json.WriteString("id", e.Id);
        _json.WriteString("stream", e.StreamId);
        _json.WriteNumber("version", e.Version);
        _json.WriteString("type", e.Type);
        _json.WriteString("at", e.At.ToUniversalTime());
        if (context)
            _json.WriteBoolean("context", true);
        _json.WritePropertyName("data");
        _json.WriteRawValue(e.Data.Span, skipInputValidation: true);
        _json.Flush();
        Chain = Link(Chain, _buffer.WrittenSpan);
        _buffer.Write(",\"chain\":\""u8);
        _buffer.Write(Encoding.ASCII.GetBytes(Chain));
        _buffer.Write("\"}\n"u8);
        return _buffer.WrittenMemory;
    }

    public void Dispose() => _json.Dispose();

    /// <summary>The chain value after a line.</summary>
    public static string Link(string before, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(before));
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Text(JsonElement line, string property) =>
        line.GetProperty(property).GetString() ?? throw new FormatException($"{property} is null.");

    /// <summary>Reads a line back.</summary>
    /// <exception cref="JsonException">It is no such line.</exception>
    public static (long Line, StoredEvent Event, bool Context) Read(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        try
        {
            var data = root.GetProperty("data");
            return (root.GetProperty("line").GetInt64(),
                new(root.GetProperty("position").GetInt64(), root.GetProperty("id").GetGuid(), Text(root, "stream"),
                    root.GetProperty("version").GetInt64(), Text(root, "type"), root.GetProperty("at").GetDateTimeOffset(), Encoding.UTF8.GetBytes(data.GetRawText())),
                root.TryGetProperty("context", out var context) && context.GetBoolean());
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException(string.Create(CultureInfo.InvariantCulture, $"a field is missing or of another kind: {e.Message}"));
        }
    }
}
