using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KkiaEvents.ServiceDefaults;

/// <summary>Text from outside: what no name, id or reason holds, and what PostgreSQL's text can't (NUL, half a surrogate pair).</summary>
public static class OutsideText
{
    /// <summary>The longest text that is taken, in UTF-16 units; what a text is for may allow less.</summary>
    public const int MaxLength = 2000;

    /// <summary>What is wrong with a text, as the rest of a sentence that begins with its name; null when nothing is.</summary>
    public static string? ProblemOf(string text)
    {
        if (text.Length > MaxLength)
            return string.Create(CultureInfo.InvariantCulture, $"has {text.Length} characters, but at most {MaxLength} are taken.");
        if (text.Contains('\0', StringComparison.Ordinal))
            return "holds a NUL character (U+0000).";
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
                i++;
            else if (char.IsSurrogate(text[i]))
                return "holds half of a surrogate pair, which is no character.";
        }

        return null;
    }
}

/// <summary>Reads the strings of a request; writes any.</summary>
public sealed class OutsideTextConverter : JsonConverter<string>
{
    /// <inheritdoc />
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("must be a string.");
        try
        {
            var text = reader.GetString()!;
            return OutsideText.ProblemOf(text) is { } problem ? throw new JsonException(problem) : text;
        }
        catch (InvalidOperationException)
        {
            // The reader's word for escapes and bytes that make no UTF-16.
            throw new JsonException("holds what is no character.");
        }
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    /// <inheritdoc />
    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);

    /// <inheritdoc />
    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString()!;
        return OutsideText.ProblemOf(text) is { } problem ? throw new JsonException(problem) : text;
    }
}
