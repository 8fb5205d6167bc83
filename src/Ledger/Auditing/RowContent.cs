using System.Text.Json;
using System.Text.Json.Nodes;
using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Tells whether a row of a read model says what it should.</summary>
internal static class RowContent
{
    /// <summary>True when the row's content is the document's; its own note of its version is the column's business.</summary>
    public static bool Same<T>(string row, T document)
    {
        // Through the type, so that a property that an earlier version did not write yet counts as its default.
        T? read;
        try
        {
            read = JsonSerializer.Deserialize<T>(row, LedgerStore.Json);
        }
        catch (JsonException)
        {
            return false;
        }

        return JsonNode.DeepEquals(WithoutVersion(read), WithoutVersion(document));
    }

    private static JsonObject? WithoutVersion<T>(T? document)
    {
        var node = JsonSerializer.SerializeToNode(document, LedgerStore.Json)?.AsObject();
        node?.Remove("version");
        return node;
    }
}
