using System.Text.Json;
using System.Text.Unicode;

namespace KkiaEvents.Kkiapay;

/// <summary>An HTTP answer that has a body to read: 2xx, or a 4xx that is not about keys or load.</summary>
internal readonly record struct ProviderAnswer(string TransactionId, int StatusCode, ReadOnlyMemory<byte> Body)
{
    /// <summary>The type that the answer gives itself; null when none.</summary>
    public string? ContentType { get; init; }

    /// <summary>Keys that must not be told when it is.</summary>
    public IReadOnlyList<string?> Keys { get; init; } = [];

    public bool IsSuccess => StatusCode is >= 200 and <= 299;

    /// <summary>A web server's page, from something that is not the API.</summary>
    public bool IsMarkup => Body.Span.TrimStart(" \t\r\n\uFEFF"u8) is [(byte)'<', ..];

    /// <summary>Parses the body and holds its <c>transactionId</c> against the one asked for.</summary>
    /// <returns>The document, for the caller to dispose of.</returns>
    /// <exception cref="KkiapayProtocolException">Not a JSON object.</exception>
    public JsonDocument Parse() => TryParse(out var problem) ?? throw Unreadable(WhyNot(), problem!);

    /// <summary>The same for a refusal, which need not be JSON: null then.</summary>
    public JsonDocument? TryParse(out string? problem) => ProviderJson.TryParseObject(Body, out var document, out problem) ? document : null;

    /// <summary>The same for a refund's answer, which may also be a list of one object. Null for a refusal that is no JSON.</summary>
    /// <exception cref="KkiapayProtocolException">A 2xx that is neither.</exception>
    public JsonDocument? TryParseRefund()
    {
        if (ProviderJson.TryParse(Body, out var document, out var problem))
        {
            if (document.RootElement is { ValueKind: JsonValueKind.Object } || IsOneObject(document.RootElement))
                return document;
            document.Dispose();
            problem = "The body is JSON but not an object.";
        }

        return IsSuccess ? throw Unreadable(WhyNot(), problem) : null;
    }

    /// <summary>Whether an object of the answer names the transaction.</summary>
    /// <exception cref="KkiapayProtocolException">It names another one.</exception>
    public bool IsNamed(JsonElement part)
    {
        if (!ProviderFields.TryGet(part, "transactionId", out var value))
            return false;
        var id = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        if (string.IsNullOrEmpty(id))
            return false;
        if (!string.Equals(id, TransactionId, StringComparison.Ordinal))
            throw Unreadable(UnreadableReason.OtherTransaction, "it names another transaction.");
        return true;
    }

    private static bool IsOneObject(JsonElement root) =>
        root.ValueKind == JsonValueKind.Array && root.GetArrayLength() == 1 && root[0].ValueKind == JsonValueKind.Object;

    public KkiapayProtocolException Unreadable(UnreadableReason reason, string why) =>
        new($"KKiaPay's answer (HTTP {StatusCode}) about transaction {TransactionId} can't be used: {why}", TransactionId)
        {
            Reason = reason,
            StatusCode = StatusCode,
            ContentType = ContentType,
            Beginning = ProviderExcerpt.Of(Body.Span, Keys ?? []),
        };

    /// <summary>Why the body is no JSON object.</summary>
    private UnreadableReason WhyNot()
    {
        var body = Body.Span.TrimStart(" \t\r\n\uFEFF"u8);
        if (body.IsEmpty)
            return UnreadableReason.Empty;
        if (IsMarkup)
            return UnreadableReason.Markup;
        if (!Utf8.IsValid(body))
            return UnreadableReason.Charset;
        var reader = new Utf8JsonReader(body, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = ProviderJson.MaxDepth }));
        try
        {
            while (reader.Read())
            {
            }
        }
        catch (JsonException)
        {
            return UnreadableReason.NotJson;
        }

        if (reader.CurrentDepth > 0 || reader.TokenType == JsonTokenType.None || reader.BytesConsumed < body.TrimEnd(" \t\r\n"u8).Length)
            return UnreadableReason.Truncated;
        return body[0] == (byte)'{' ? UnreadableReason.NotJson : UnreadableReason.NotAnObject;
    }
}
