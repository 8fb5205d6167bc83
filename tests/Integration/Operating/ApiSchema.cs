using System.Text;
using System.Text.Json.Nodes;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>An endpoint of the document.</summary>
public sealed record ApiOperation(string Method, string Path, JsonObject Node)
{
    public override string ToString() => $"{Method} {Path}";
}

/// <summary>Something that the document does not allow, and how to put it into a request.</summary>
public sealed record ApiFault(string Name, Action<FuzzedRequest> Put)
{
    public void Apply(FuzzedRequest request)
    {
        request.Fault = Name;
        Put(request);
    }
}

/// <summary>A request as it is made up.</summary>
public sealed class FuzzedRequest(ApiOperation operation)
{
    private byte[]? _bytes;

    public string Method => operation.Method;

    public string Fault { get; set; } = "";

    /// <summary>What stands in the address, escaped.</summary>
    public Dictionary<string, string> Route { get; } = [];

    public List<(string Name, string Value)> Query { get; } = [];

    public JsonNode? Body { get; set; }

    public string? ContentType { get; set; } = "application/json";

    public string Address => Route.Aggregate(operation.Path, (path, part) => path.Replace($"{{{part.Key}}}", part.Value, StringComparison.Ordinal))
        + (Query.Count == 0 ? "" : "?" + string.Join('&', Query.Select(q => $"{q.Name}={q.Value}")));

    public byte[]? Bytes
    {
        get => _bytes ?? (Body is null ? null : Encoding.UTF8.GetBytes(Body.ToJsonString()));
        set => _bytes = value;
    }

    /// <summary>Replaces a value of the body by JSON text, which need not be any that can be parsed.</summary>
    public void Replace(string[] path, string json)
    {
        const string Here = "here-comes-the-fault";
        var at = Body!.AsObject();
        foreach (var name in path[..^1])
            at = at[name]!.AsObject();
        at[path[^1]] = Here;
        _bytes = Encoding.UTF8.GetBytes(Body.ToJsonString().Replace($"\"{Here}\"", json, StringComparison.Ordinal));
    }

    public override string ToString() => $"[{Fault}] {Method} {Start(Address)} {ContentType} {Start(Bytes is { } bytes ? Encoding.UTF8.GetString(bytes) : "")}";

    private static string Start(string text) => text.Length > 300 ? text[..300] + "…" : text;
}

/// <summary>The OpenAPI document of a running Console, read for what it allows.</summary>
public sealed class ApiSchema
{
    private static readonly string[] Texts = ["\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udc00x\"", $"\"{new string('x', 10_000)}\""];

    private readonly JsonObject _document;

    private ApiSchema(JsonObject document) => _document = document;

    public static async Task<ApiSchema> ReadAsync(HttpClient client) => new(JsonNode.Parse(await client.GetStringAsync("/openapi/v1.json"))!.AsObject());

    public IEnumerable<ApiOperation> Operations =>
        _document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method => new ApiOperation(method.Key.ToUpperInvariant(), path.Key, method.Value!.AsObject())));

    public static IEnumerable<string> QueryOf(ApiOperation operation) => Parameters(operation, "query").Select(p => (string)p["name"]!);

    /// <summary>A request as the document has it.</summary>
    public FuzzedRequest Valid(ApiOperation operation, Random random)
    {
        var request = new FuzzedRequest(operation);
        foreach (var parameter in Parameters(operation, "path"))
            request.Route[(string)parameter["name"]!] = (string)parameter["name"]! switch { "merchant" => "shop-a", "queue" => "kkiaevents-dead", "runId" => Guid.NewGuid().ToString(), _ => $"fuzz-{random.Next()}" };
        foreach (var parameter in Parameters(operation, "query").Where(p => p["required"] is JsonValue required && (bool)required))
            request.Query.Add(((string)parameter["name"]!, "fuzz"));
        if (Body(operation) is { } schema)
            request.Body = Example(schema, random);
        return request;
    }

    /// <summary>Every fault that the document tells of.</summary>
    public IEnumerable<ApiFault> Faults(ApiOperation operation)
    {
        yield return new("an unknown parameter", r => r.Query.Add(("nonsense", "1")));
        yield return new("a parameter with a NUL in its name", r => r.Query.Add(("%00", "1")));
        foreach (var parameter in Parameters(operation, "path"))
        {
            var name = (string)parameter["name"]!;
            foreach (var text in new[] { "%00", "a%00b", new string('x', 3_000) })
                yield return new($"{name} in the path", r => r.Route[name] = text);
        }

        foreach (var parameter in Parameters(operation, "query"))
        {
            var (name, types) = ((string)parameter["name"]!, Types(parameter["schema"]!));
            yield return new($"{name} with a NUL", r => Only(r, name, "%00"));
            yield return new($"{name} with a NUL inside", r => Only(r, name, "a%00b"));
            yield return new($"{name} too long", r => Only(r, name, new string('x', 10_000)));
            yield return new($"{name} twice", r => r.Query.AddRange([(name, "1"), (name, "2")]));
            if (types.Contains("integer"))
            {
                foreach (var text in new[] { "x", "", "1.5", "1e3", "99999999999999999999", "-99999999999999999999", "0x10", "NaN" })
                    yield return new($"{name} as no number", r => Only(r, name, text));
            }

            if (types.Contains("boolean"))
                yield return new($"{name} as neither true nor false", r => Only(r, name, "2"));
            if (name is "limit")
            {
                foreach (var text in new[] { "0", "-1", "1001", "2147483647", "-2147483648" })
                    yield return new($"{name} out of range", r => Only(r, name, text));
            }
        }

        if (Body(operation) is not { } schema)
            yield break;
        foreach (var text in new[] { "", "null", "[]", "5", "\"x\"", "{", "{\"", "[[", new string('[', 20_000), string.Concat(Enumerable.Repeat("{\"a\":", 9_000)), "{\"\\ud800\":1}", "{\"\\u0000\":1}", "{\"nonsense\":1}", "{}{}", "\ufeff{}" })
            yield return new("another body", r => r.Bytes = Encoding.UTF8.GetBytes(text));
        yield return new("bytes that are no text", r => r.Bytes = [.. "{\"a\":\""u8, 0xff, 0xc0, .. "\"}"u8]);
        yield return new("no body", r => r.Bytes = []);
        yield return new("more than is taken", r => r.Bytes = Encoding.UTF8.GetBytes($"{{\"reason\":\"{new string('x', 100_000)}\"}}"));
        foreach (var type in new[] { "text/plain", "application/xml", "application/json; charset=nonsense", "application/json; charset=utf-16", "multipart/form-data", "application/x-www-form-urlencoded", null })
            yield return new("another type of content", r => r.ContentType = type);
        foreach (var fault in Faults(schema, []))
            yield return fault;
    }

    private IEnumerable<ApiFault> Faults(JsonNode schema, string[] at)
    {
        foreach (var (name, property) in Resolve(schema)["properties"]?.AsObject() ?? [])
        {
            string[] path = [.. at, name];
            var where = string.Join('.', path);
            foreach (var json in Wrong(property!))
                yield return new($"{where} as {(json.Length > 20 ? json[..20] + "…" : json)}", r => r.Replace(path, json));
            yield return new($"{where} twice", r => r.Replace(path, $"{r.Body!.AsObject().Count},\"{name}\":1"));
            if (Resolve(property!)["properties"] is not null)
            {
                yield return new($"{where} with an unknown field", r => r.Replace(path, "{\"nonsense\":1}"));
                foreach (var fault in Faults(property!, path))
                    yield return fault;
            }
        }

        foreach (var name in Resolve(schema)["required"]?.AsArray().Select(n => (string)n!) ?? [])
            yield return new($"without {string.Join('.', [.. at, name])}", r => at.Aggregate(r.Body!.AsObject(), (o, n) => o[n]!.AsObject()).Remove(name));
    }

    // Values that a schema does not allow.
    private IEnumerable<string> Wrong(JsonNode schema)
    {
        var types = Types(schema);
        Assert.NotEmpty(types);
        if (!types.Contains("null"))
            yield return "null";
        foreach (var (type, json) in new[] { ("integer", "7"), ("integer", "-9e99"), ("string", "\"nonsense\""), ("boolean", "true"), ("array", "[]"), ("array", "[null]"), ("object", "{}"), ("object", "{\"a\":1}") })
        {
            // An integer is a number too.
            if (!types.Contains(type) && !(type == "integer" && types.Contains("number")))
                yield return json;
        }

        // What may be a number or a text of it has no wrong number that is not some right text.
        if (types.Contains("integer") && !types.Contains("string"))
        {
            foreach (var json in new[] { "1e400", "99999999999999999999", "1.5", "-99999999999999999999", "\"nonsense\"", "\"\"" })
                yield return json;
        }
        else if (types.Contains("string"))
        {
            foreach (var json in Texts)
                yield return json;
            if (Resolve(schema)["format"] is JsonValue format && (string)format! == "date-time")
                yield return "\"yesterday\"";
        }

        if (Resolve(schema)["enum"] is JsonArray names)
        {
            foreach (var json in new[] { "0", "1", "99", "-1", "\"0\"", "\"7\"", "\"\"", $"\"{names[0]},{names[^1]}\"", $"\" {names[0]}\"", "\"nonsense\"" })
                yield return json;
        }

        if (types.Contains("array") && Resolve(schema)["items"] is { } items)
        {
            foreach (var json in Wrong(items).Append("null"))
                yield return $"[{json}]";
        }
    }

    private JsonNode? Example(JsonNode schema, Random random)
    {
        schema = Resolve(schema);
        if (schema["enum"] is JsonArray names)
            return names[random.Next(names.Count)]!.DeepClone();
        var types = Types(schema);
        if (types.Contains("object"))
        {
            var value = new JsonObject();
            foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
            {
                if (name == "merchant")
                    value[name] = "shop-a";
                else if (name != "queue")
                    value[name] = Types(property!).Contains("null") ? null : Example(property!, random);
            }

            return value;
        }

        return types.Contains("array") ? new JsonArray()
            : types.Contains("integer") ? random.Next(1, 1_000)
            : types.Contains("boolean") ? false
            : $"fuzz-{random.Next()}";
    }

    private static JsonNode? Body(ApiOperation operation) => operation.Node["requestBody"]?["content"]?["application/json"]?["schema"];

    private static IEnumerable<JsonNode> Parameters(ApiOperation operation, string place) =>
        operation.Node["parameters"]?.AsArray().OfType<JsonNode>().Where(p => (string)p["in"]! == place) ?? [];

    private HashSet<string> Types(JsonNode schema)
    {
        var types = new HashSet<string>();
        if (schema["oneOf"] is JsonArray either)
            types.UnionWith(either.SelectMany(e => Types(e!)));
        schema = Resolve(schema);
        if (schema["type"] is JsonArray several)
            types.UnionWith(several.Select(t => (string)t!));
        else if (schema["type"] is JsonValue one)
            types.Add((string)one!);
        return types;
    }

    // What is or may be null is one schema beside null.
    private JsonNode Resolve(JsonNode schema)
    {
        if (schema["oneOf"] is JsonArray either)
            schema = either.First(e => e!["type"] is not JsonValue type || (string)type! != "null")!;
        return schema["$ref"] is JsonValue reference ? _document["components"]!["schemas"]![((string)reference!).Split('/')[^1]]! : schema;
    }

    private static void Only(FuzzedRequest request, string name, string value)
    {
        request.Query.RemoveAll(q => q.Name == name);
        request.Query.Add((name, value));
    }
}
