using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace KkiaEvents.Sandbox.Control;

/// <summary>Reads a control call's JSON. A misspelt field in a test is worse than none, so unknown ones are refused by name.</summary>
internal static class StrictJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    private static readonly JsonDocumentOptions Document = new() { AllowDuplicateProperties = false };

    /// <summary>The body, or a <typeparamref name="T"/> of defaults when there is none.</summary>
    /// <exception cref="ControlException">Not JSON, an unknown field, or a field that can't be read; the message names it.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request)
        where T : new()
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted);
        return buffer.Length == 0 ? new T() : Read<T>(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
    }

    public static T Read<T>(ReadOnlyMemory<byte> json)
    {
        var fields = Options.GetTypeInfo(typeof(T)).Properties;
        try
        {
            using var body = JsonDocument.Parse(json, Document);
            if (body.RootElement.ValueKind != JsonValueKind.Object) throw new ControlException("The body must be a JSON object.");
            foreach (var given in body.RootElement.EnumerateObject())
            {
                if (fields.All(f => f.Name != given.Name))
                {
                    throw new ControlException(
                        $"Unknown field '{given.Name}'. Known: {string.Join(", ", fields.Select(f => f.Name))}.");
                }

                // The library takes a list ("success,failed") for a word, whatever its converter is told.
                if (given.Value.ValueKind == JsonValueKind.String && EnumOf(fields, given.Name) is { } words && !Names(words).Contains(given.Value.GetString(), StringComparer.OrdinalIgnoreCase))
                    throw new ControlException($"Field '{given.Name}' must be one of {string.Join(", ", Names(words))}.");
            }

            return body.Deserialize<T>(Options)!;
        }
        catch (JsonException e)
        {
            throw new ControlException(Explain(e, fields));
        }
        catch (InvalidOperationException)
        {
            // The reader's word for escapes that are half of a surrogate pair, in names and in strings.
            throw new ControlException("The body holds what is no character.");
        }
    }

    private static Type? TypeOf(IList<JsonPropertyInfo> fields, string name) =>
        fields.FirstOrDefault(f => f.Name == name)?.PropertyType is { } type ? Nullable.GetUnderlyingType(type) ?? type : null;

    private static Type? EnumOf(IList<JsonPropertyInfo> fields, string name) => TypeOf(fields, name) is { IsEnum: true } type ? type : null;

    private static IEnumerable<string> Names(Type words) => Enum.GetNames(words).Select(JsonNamingPolicy.CamelCase.ConvertName);

    private static string Explain(JsonException e, IList<JsonPropertyInfo> fields)
    {
        if (e.Path is not { Length: > 2 } path) return $"The body is not valid JSON: {e.Message}";
        var name = path[2..];
        var type = TypeOf(fields, name);
        if (type is null) return $"Field '{name}' is unknown, or of the wrong type.";
        var expected = type switch
        {
            { IsEnum: true } => "one of " + string.Join(", ", Names(type)),
            _ when type == typeof(long) || type == typeof(int) => "a whole number",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(double) => "a number",
            _ when type == typeof(string) => "a string",
            _ => "an object with its known fields",
        };
        return $"Field '{name}' must be {expected}.";
    }
}
