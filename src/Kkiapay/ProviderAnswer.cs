using System.Text.Json;

namespace KkiaEvents.Kkiapay;

/// <summary>An HTTP answer that has a body to read: 2xx, or a 4xx that is not about keys or load.</summary>
internal readonly record struct ProviderAnswer(string TransactionId, int StatusCode, ReadOnlyMemory<byte> Body)
{
    public bool IsSuccess => StatusCode is >= 200 and <= 299;

    /// <summary>A web server's page, from something that is not the API.</summary>
    public bool IsMarkup => Body.Span.TrimStart(" \t\r\n\uFEFF"u8) is [(byte)'<', ..];

    /// <summary>Parses the body and holds its <c>transactionId</c> against the one asked for.</summary>
    /// <param name="named">True when the body names the transaction.</param>
    /// <returns>The document, for the caller to dispose of.</returns>
    /// <exception cref="KkiapayProtocolException">Not a JSON object, or about another transaction.</exception>
    public JsonDocument Parse(out bool named) => TryParse(out named, out var problem) ?? throw Unreadable(problem!);

    /// <summary>The same for a refusal, which need not be JSON: null then.</summary>
    public JsonDocument? TryParse(out bool named, out string? problem)
    {
        named = false;
        if (!ProviderJson.TryParseObject(Body, out var document, out problem))
            return null;
        try
        {
            named = IsNamed(document.RootElement);
            return document;
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    public KkiapayProtocolException Unreadable(string why) =>
        new($"KKiaPay's answer (HTTP {StatusCode}) about transaction {TransactionId} can't be used: {why}", TransactionId);

    private bool IsNamed(JsonElement root)
    {
        if (!ProviderFields.TryGet(root, "transactionId", out var value))
            return false;
        var id = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        if (string.IsNullOrEmpty(id))
            return false;
        if (!string.Equals(id, TransactionId, StringComparison.Ordinal))
            throw Unreadable("it names another transaction.");
        return true;
    }
}
