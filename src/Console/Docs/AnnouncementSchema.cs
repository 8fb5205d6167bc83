using KkiaEvents.Ledger.Orders;
using Microsoft.OpenApi;

namespace KkiaEvents.Console.Docs;

/// <summary>What <see cref="AnnouncementReader"/> takes.</summary>
internal static class AnnouncementSchema
{
    /// <summary>Writes it into the schema of an announcement.</summary>
    public static void Describe(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Object;
        schema.Required = new HashSet<string> { "orderId", "amount" };
        schema.Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["merchant"] = Of(JsonSchemaType.String | JsonSchemaType.Null, "The merchant; default where there is only one."),
            ["orderId"] = Of(JsonSchemaType.String | JsonSchemaType.Number, "The shop's order id, 1 to 128 characters; a number counts by its own text."),
            ["amount"] = Of(JsonSchemaType.Integer | JsonSchemaType.String, "What the order is due, gross, in whole XOF, above 0. Not looked at in a withdrawal.", "int64"),
            ["transactionId"] = Of(JsonSchemaType.String | JsonSchemaType.Number | JsonSchemaType.Null, "A transaction that will pay it, when already known."),
            ["withdrawn"] = Of(JsonSchemaType.Boolean | JsonSchemaType.String | JsonSchemaType.Integer | JsonSchemaType.Null, "True to take back what was announced, while the order is unpaid; the words true and false, and 1 and 0, too."),
        };
    }

    private static OpenApiSchema Of(JsonSchemaType type, string description, string? format = null) => new() { Type = type, Description = description, Format = format };
}
