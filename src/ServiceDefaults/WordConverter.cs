using System.Text.Json;
using System.Text.Json.Serialization;

namespace KkiaEvents.ServiceDefaults;

/// <summary>Reads a request's enums by <see cref="Words"/>. Writes names, and the number of what has none: what is stored is shown as it is.</summary>
public sealed class WordConverter : JsonConverterFactory
{
    /// <inheritdoc />
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    /// <inheritdoc />
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert))!;

    private sealed class Of<T> : JsonConverter<T> where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.String)
                throw new JsonException($"must be one of {string.Join(", ", Enum.GetNames<T>())}, as a string.");
            // Never longer than a name, so that the answer repeats no book.
            var text = reader.HasValueSequence || reader.ValueSpan.Length > 100 ? "" : Text(ref reader);
            return Words.TryParse<T>(text, out var word) ? word : throw new JsonException(Words.ProblemOf<T>(text));
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            if (Enum.IsDefined(value))
                writer.WriteStringValue(value.ToString());
            else
                writer.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
        }

        private static string Text(ref Utf8JsonReader reader)
        {
            try
            {
                return reader.GetString()!;
            }
            catch (InvalidOperationException)
            {
                return "";
            }
        }
    }
}
