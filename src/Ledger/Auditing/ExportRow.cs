using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>An outcome as a row of <c>outcomes.csv</c> (RFC 4180).</summary>
internal static partial class ExportRow
{
    private static readonly string[] Columns =
    [
        "eventId", "merchant", "transactionId", "orderId", "decidedAt", "receivedAt", "performedAt", "method", "operator", "amount", "fees", "net", "currency",
        "reason", "failureCode", "supersedesEventId", "paidEventId", "otherTransactionId",
    ];

    public static string Head { get; } = "position,type," + string.Join(',', Columns);

    public static string Of(StoredEvent e, JsonElement outcome) => Of(e, outcome, Field);

    /// <summary>As exports were written before cells were guarded behind a semicolon: such a file is still what it was.</summary>
    public static string OfEarlier(StoredEvent e, JsonElement outcome) => Of(e, outcome, EarlierField);

    private static string Of(StoredEvent e, JsonElement outcome, Func<string, string> field)
    {
        var row = new StringBuilder(256);
        row.Append(e.Position.ToString(CultureInfo.InvariantCulture)).Append(',').Append(e.Type);
        foreach (var column in Columns)
            row.Append(',').Append(Text(outcome, column) is { Length: > 0 } text ? field(text) : "");
        return row.ToString();
    }

    /// <summary>A property's text; null when it is not there or null.</summary>
    public static string? Text(JsonElement outcome, string property) => outcome.ValueKind != JsonValueKind.Object || !outcome.TryGetProperty(property, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => Readable(value),
        JsonValueKind.Null => null,
        _ => value.GetRawText(),
    };

    /// <summary>A property's whole number; 0 when it has none.</summary>
    public static long Whole(JsonElement outcome, string property) =>
        outcome.ValueKind == JsonValueKind.Object && outcome.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var whole) ? whole : 0;

    // A tampered file may hold escapes that are no characters; they are shown as they are.
    private static string? Readable(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return value.GetRawText();
        }
    }

    // An order id comes from a browser. A spreadsheet runs a cell that begins like a formula; the apostrophe makes it text (OWASP,
    // "CSV injection"). Where the decimal sign is a comma, as in French, it begins a cell at each semicolon too, quoted or not.
    private static string Field(string text)
    {
        if (text[0] is '＝' or '＋' or '－' or '＠')
            text = "'" + text;
        return EarlierField(text.AsSpan().IndexOfAny(';', '\t') < 0 ? text : BehindSeparator().Replace(text, "'"));
    }

    private static string EarlierField(string text)
    {
        if (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
            text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal).Replace("\r", " ", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal)}\"";
    }

    [GeneratedRegex(@"(?<=[;\t])(?=[=+\-@＝＋－＠\t\r])")]
    private static partial Regex BehindSeparator();
}
