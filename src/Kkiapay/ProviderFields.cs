using System.Runtime.InteropServices;
using System.Text.Json;

namespace KkiaEvents.Kkiapay;

/// <summary>
/// Reads single fields leniently: a field that is missing, null or of a form we can't read is null, and never makes the
/// whole unreadable. Expects text from <see cref="ProviderJson"/>, which has no escapes that a string can't hold.
/// </summary>
internal static class ProviderFields
{
    /// <summary>The string exactly as it came; null unless it is a string.</summary>
    public static string? StringOf(JsonElement parent, string name) =>
        TryGet(parent, name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Text for people, cut at <paramref name="max"/>; a number or a boolean as it is written; null when blank.</summary>
    public static string? Text(JsonElement parent, string name, int max = ProviderText.MaxText) =>
        Scalar(parent, name) is { } text ? ProviderText.Shorten(text, max) : null;

    /// <summary>An id, an order reference or a code: as it came, or null when blank or longer than <paramref name="max"/>.</summary>
    public static string? Id(JsonElement parent, string name, int max = ProviderText.MaxId) =>
        Scalar(parent, name) is { } text && text.Length <= max ? text : null;

    /// <summary>Whole XOF, from a number, or from a string by <see cref="WrittenAmount"/>; null when absent, negative, fractional, too large, or of two meanings.</summary>
    public static long? Whole(JsonElement parent, string name)
    {
        if (!TryGet(parent, name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.Number => WholeNumber.Read(JsonMarshal.GetRawUtf8Value(value)),
            JsonValueKind.String => WrittenAmount.Read(value.GetString()!),
            _ => null,
        };
    }

    /// <summary>What stands where an amount can't be read, in a line of at most 40 units; null when nothing stands there, or when it can be read.</summary>
    public static string? Unread(JsonElement parent, string name) =>
        TryGet(parent, name, out var value) && Whole(parent, name) is null
            ? ProviderText.OneLine(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText(), 40)
            : null;

    /// <summary>A boolean, or the words "true" and "false"; null otherwise.</summary>
    public static bool? Flag(JsonElement parent, string name)
    {
        if (!TryGet(parent, name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String => bool.TryParse(value.GetString(), out var flag) ? flag : null,
            _ => null,
        };
    }

    /// <summary>
    /// When the payment was made, UTC; null when absent or unreadable. The provider may send <c>performed_at</c> with the time
    /// beside <c>performedAt</c> with the day alone (<c>13/07/2026</c>): the one that has a time of day wins. Where there is
    /// none, it is that day's midnight UTC.
    /// </summary>
    public static DateTimeOffset? PerformedAt(JsonElement root) =>
        Moment(root, "performedAt") ?? Moment(root, "performed_at") ?? Day(root, "performedAt") ?? Day(root, "performed_at");

    /// <summary>The field, unless it is missing, null, or an empty string, which the provider sends for "none".</summary>
    public static bool TryGet(JsonElement parent, string name, out JsonElement value) =>
        parent.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null && !(value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8));

    private static DateTimeOffset? Moment(JsonElement parent, string name)
    {
        if (!TryGet(parent, name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.Number => ProviderTime.FromUnix(WholeNumber.Read(JsonMarshal.GetRawUtf8Value(value))),
            JsonValueKind.String => ProviderTime.FromText(value.GetString()!.Trim()),
            _ => null,
        };
    }

    private static DateTimeOffset? Day(JsonElement parent, string name) =>
        StringOf(parent, name) is { } text ? ProviderTime.DayFromText(text.Trim()) : null;

    private static string? Scalar(JsonElement parent, string name)
    {
        if (!TryGet(parent, name, out var value))
            return null;
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => null,
        };
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }
}
