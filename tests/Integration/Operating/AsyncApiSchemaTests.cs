using System.Text.Json.Nodes;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>docs/asyncapi.yaml is a document of AsyncAPI 3.0.0, by AsyncAPI's own schema.</summary>
public class AsyncApiSchemaTests
{
    // What each does to the document makes it none.
    private static readonly Dictionary<string, Action<JsonObject>> Mistakes = new()
    {
        ["another version"] = d => d["asyncapi"] = "2.6.0",
        ["no title"] = d => d["info"]!.AsObject().Remove("title"),
        ["an unknown field at the top"] = d => d["subscriptions"] = new JsonObject(),
        ["an unknown field of a channel"] = d => First(d["channels"])["publish"] = new JsonObject(),
        ["an operation with another action"] = d => First(d["operations"])["action"] = "publish",
        ["an operation without a channel"] = d => First(d["operations"]).Remove("channel"),
        ["an exchange of another type"] = d => First(d["channels"])["bindings"]!["amqp"]!["exchange"]!["type"] = "broadcast",
        ["an unknown field of a binding"] = d => First(d["channels"])["bindings"]!["amqp"]!["vhosts"] = "/",
        ["a message that is a text"] = d => d["components"]!["messages"]!.AsObject()["OrderPaid"] = "see the contracts",
        ["a server without a protocol"] = d => First(d["servers"]).Remove("protocol"),
        ["a schema whose type is none"] = d => d["components"]!["schemas"]!["OrderPaid"]!["type"] = "record",
    };

    public static TheoryData<string> NamesOfMistakes => [.. Mistakes.Keys];

    [Fact]
    public async Task The_document_is_one_of_AsyncAPI_3()
    {
        var schema = await AsyncApiSchema.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Empty(schema.Problems(AsyncApiDocument.Read().Root));
    }

    [Theory]
    [MemberData(nameof(NamesOfMistakes))]
    public async Task A_document_with_a_mistake_is_none(string mistake)
    {
        var schema = await AsyncApiSchema.ReadAsync(TestContext.Current.CancellationToken);
        var document = AsyncApiDocument.Read().Root;
        Mistakes[mistake](document);
        Assert.NotEmpty(schema.Problems(document));
    }

    private static JsonObject First(JsonNode? map) => map!.AsObject().First().Value!.AsObject();
}
