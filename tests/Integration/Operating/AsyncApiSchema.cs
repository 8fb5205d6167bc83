using System.Text.Json;
using System.Text.Json.Nodes;
using NJsonSchema;
using NJsonSchema.Validation;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>AsyncAPI's own JSON schema of AsyncAPI 3.0.0 documents.</summary>
internal sealed class AsyncApiSchema
{
    private readonly JsonSchema _schema;

    private AsyncApiSchema(JsonSchema schema) => _schema = schema;

    public static async Task<AsyncApiSchema> ReadAsync(CancellationToken cancellationToken)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Operating", "AsyncApiSchema", "asyncapi-3.0.0.json"), cancellationToken);
        return new(await JsonSchema.FromJsonAsync(Older(JsonNode.Parse(text))!.ToJsonString(), cancellationToken));
    }

    /// <summary>What is wrong with a document; empty when it is one of AsyncAPI 3.0.0.</summary>
    public IReadOnlyList<string> Problems(JsonNode document) =>
        [.. _schema.Validate(document.ToJsonString(), new JsonSchemaValidatorSettings { FormatValidators = [] }).Select(e => $"{e.Path}: {e.Kind}")];

    // NJsonSchema knows draft 4, and the schema is of draft 7: if, then, else and const are said in the older words.
    private static JsonNode? Older(JsonNode? schema) => schema switch
    {
        JsonObject keywords => Older(keywords),
        JsonArray several => new JsonArray([.. several.Select(Older)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.True => new JsonObject(),
        JsonValue value when value.GetValueKind() == JsonValueKind.False => new JsonObject { ["not"] = new JsonObject() },
        _ => schema?.DeepClone(),
    };

    private static JsonObject Older(JsonObject keywords)
    {
        var older = new JsonObject();
        foreach (var (keyword, value) in keywords)
        {
            switch (keyword)
            {
                case "if" or "then" or "else" or "examples" or "$schema":
                    break;
                case "const":
                    older["enum"] = new JsonArray(value?.DeepClone());
                    break;
                case "properties" or "patternProperties" or "definitions":
                    older[keyword] = new JsonObject(value!.AsObject().Select(p => KeyValuePair.Create(p.Key, Older(p.Value))));
                    break;
                case "additionalProperties" or "additionalItems" when value is JsonValue:
                    older[keyword] = value.DeepClone();
                    break;
                case "items" or "additionalProperties" or "additionalItems" or "allOf" or "anyOf" or "oneOf" or "not" or "contains":
                    older[keyword] = Older(value);
                    break;
                default:
                    older[keyword] = value?.DeepClone();
                    break;
            }
        }

        if (keywords["if"] is { } condition)
        {
            var all = older["allOf"] as JsonArray ?? [];
            older["allOf"] = all;
            if (keywords["then"] is { } then)
                all.Add(new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["not"] = Older(condition) }, Older(then)) });
            if (keywords["else"] is { } otherwise)
                all.Add(new JsonObject { ["anyOf"] = new JsonArray(Older(condition), Older(otherwise)) });
        }

        return older;
    }
}
