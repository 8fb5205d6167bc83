using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace KkiaEvents.Kkiapay;

/// <summary>
/// The shop's own data, which the checkout took and the provider gives back: an object, a bare order number, or either in a
/// JSON string, in a JSON string … What leaves here can be stored as PostgreSQL jsonb and nested in a message, whatever came.
/// </summary>
internal static class ShopData
{
    // Half of what JSON readers accept by default: the data travels inside an event inside an envelope.
    private const int MaxDepth = 32;

    // As often as a shop, its SDK, the checkout and the provider may each make a string of it; and once more.
    private const int MaxEncodings = 5;

    // jsonb's numbers hold 131,072 digits before the point and 16,383 after it, and refuse more.
    private const int MaxExponent = 400;
    private const int MaxNumberLength = 1000;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The data, from <c>stateData</c> or, where that says nothing, from <c>state</c>: each is what the other dialect calls it.</summary>
    public static JsonElement? Of(JsonElement root) =>
        Read(root, "stateData") is not { } data ? Read(root, "state")
        : SaysNothing(data) && Read(root, "state") is { } state && !SaysNothing(state) ? state
        : data;

    /// <summary>The data; null when missing, null, an empty string, or nested deeper than 32.</summary>
    public static JsonElement? Read(JsonElement parent, string name)
    {
        if (!ProviderFields.TryGet(parent, name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => FromText(value.GetString()!),
            // A shop that passes its order's number as a number: the same reference as the string.
            JsonValueKind.Number => Bare(value.GetRawText()),
            _ => Storable(value),
        };
    }

    private static JsonElement? FromText(string text)
    {
        // Only an object or a string that was encoded once more is unwrapped; digits stay the reference that they are.
        for (var times = 0; times < MaxEncodings && text.AsSpan().TrimStart() is ['{' or '"', ..]; times++)
        {
            try
            {
                using var inner = JsonDocument.Parse(ProviderJson.RepairEscapes(Encoding.UTF8.GetBytes(text)), Options);
                if (inner.RootElement.ValueKind != JsonValueKind.String)
                    return Storable(inner.RootElement);
                text = inner.RootElement.GetString()!;
            }
            catch (JsonException)
            {
                return Bare(text);
            }
        }

        return Bare(text);
    }

    private static bool SaysNothing(JsonElement data) => data.ValueKind switch
    {
        JsonValueKind.Object => !data.EnumerateObject().Any(),
        JsonValueKind.Array => data.GetArrayLength() == 0,
        // The official Flutter SDK sends data.toString().
        JsonValueKind.String => data.GetString()!.Trim().ToUpperInvariant() is "NULL" or "UNDEFINED" or "[]",
        _ => false,
    };

    private static JsonElement? Bare(string text) =>
        string.IsNullOrWhiteSpace(text) ? null : JsonSerializer.SerializeToElement(text);

    private static JsonElement? Storable(JsonElement value)
    {
        var rewrite = false;
        if (!IsWithin(value, MaxDepth, ref rewrite))
            return null;
        if (!rewrite)
            return value.Clone();

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(value, writer);
        using var document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }

    private static bool IsWithin(JsonElement value, int depth, ref bool rewrite)
    {
        if (value.ValueKind == JsonValueKind.Number)
            rewrite |= IsExtreme(value);
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            return true;
        if (depth == 0)
            return false;

        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                if (!IsWithin(item, depth - 1, ref rewrite))
                    return false;
            }
        }
        else
        {
            foreach (var property in value.EnumerateObject())
            {
                if (!IsWithin(property.Value, depth - 1, ref rewrite))
                    return false;
            }
        }

        return true;
    }

    private static bool IsExtreme(JsonElement number)
    {
        var raw = JsonMarshal.GetRawUtf8Value(number);
        if (raw.Length > MaxNumberLength)
            return true;
        var e = raw.IndexOfAny((byte)'e', (byte)'E');
        return e >= 0 && !(int.TryParse(raw[(e + 1)..], out var exponent) && Math.Abs((long)exponent) <= MaxExponent);
    }

    private static void Write(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(property.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(item, writer);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number when IsExtreme(value):
                writer.WriteStringValue(value.GetRawText());
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
