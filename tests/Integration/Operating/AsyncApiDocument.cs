using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>docs/asyncapi.yaml, and whether a message is what it says.</summary>
public sealed class AsyncApiDocument
{
    private AsyncApiDocument(JsonObject root) => Root = root;

    public JsonObject Root { get; }

    public JsonObject Schemas => Root["components"]!["schemas"]!.AsObject();

    public IEnumerable<JsonObject> Exchanges => Channels("routingKey");

    public IEnumerable<JsonObject> Queues => Channels("queue");

    public static AsyncApiDocument Read()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "KkiaEvents.sln")))
            directory = directory.Parent;
        using var text = File.OpenText(Path.Combine(directory!.FullName, "docs", "asyncapi.yaml"));
        var yaml = new YamlStream();
        yaml.Load(text);
        return new(Convert(yaml.Documents.Single().RootNode)!.AsObject());
    }

    /// <summary>Where a reference points; null when nowhere.</summary>
    public JsonNode? Resolve(string reference) =>
        reference[2..].Split('/').Aggregate((JsonNode?)Root, (node, name) => node?[name]);

    /// <summary>Every reference in the document.</summary>
    public IEnumerable<string> References() => References(Root);

    /// <summary>What is wrong with a value; empty when it is as the schema says. A field that the schema does not name is wrong, too.</summary>
    public IEnumerable<string> Problems(JsonNode schema, JsonNode? value, string at)
    {
        if (schema["$ref"] is { } reference)
            return Problems(Resolve(reference.GetValue<string>())!, value, at);
        if (schema["allOf"] is JsonArray all)
            return all.SelectMany(s => Problems(s!, value, at));
        if (schema["oneOf"] is JsonArray choices)
            return choices.Any(s => !Problems(s!, value, at).Any()) ? [] : [$"{at} fits no alternative"];
        var problems = new List<string>();
        if (schema["type"] is { } type && !Types(type).Intersect(KindsOf(value)).Any())
            problems.Add($"{at} is {value?.ToJsonString() ?? "null"}, not {type.ToJsonString()}");
        if (schema["enum"] is JsonArray words && !words.Any(w => JsonNode.DeepEquals(w, value)))
            problems.Add($"{at} is {value}, none of {words.ToJsonString()}");
        if (value is not JsonObject fields || schema["properties"] is not JsonObject properties)
            return problems;
        problems.AddRange((schema["required"] as JsonArray ?? []).Where(r => !fields.ContainsKey(r!.ToString())).Select(r => $"{at}.{r} is missing"));
        foreach (var (name, field) in fields)
        {
            if (properties[name] is { } property)
                problems.AddRange(Problems(property, field, $"{at}.{name}"));
            else
                problems.Add($"{at}.{name} is not documented");
        }

        return problems;
    }

    private static string[] Types(JsonNode type) => type is JsonArray several ? [.. several.Select(t => t!.ToString())] : [type.ToString()];

    private static string[] KindsOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or System.Text.Json.JsonValueKind.Null => ["null"],
        System.Text.Json.JsonValueKind.Object => ["object"],
        System.Text.Json.JsonValueKind.Array => ["array"],
        System.Text.Json.JsonValueKind.String => ["string"],
        System.Text.Json.JsonValueKind.Number => ["number", "integer"],
        _ => ["boolean"],
    };

    private IEnumerable<JsonObject> Channels(string kind) =>
        Root["channels"]!.AsObject().Select(c => c.Value!.AsObject()).Where(c => c["bindings"]!["amqp"]!["is"]!.ToString() == kind);

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "$ref" ? [p.Value!.GetValue<string>()] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Select(p => KeyValuePair.Create(p.Key.ToString(), Convert(p.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Convert)]),
        YamlScalarNode { Style: not YamlDotNet.Core.ScalarStyle.Plain } text => JsonValue.Create(text.Value),
        YamlScalarNode { Value: "true" or "false" } word => JsonValue.Create(word.Value == "true"),
        YamlScalarNode scalar when long.TryParse(scalar.Value, out var number) => JsonValue.Create(number),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => null,
    };
}
