using System.Text.Json.Nodes;
using KkiaEvents.Console.Access;
using KkiaEvents.Contracts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace KkiaEvents.Console.Docs;

/// <summary>
/// The API's OpenAPI document and its page. They say what the API is, not what the ledger holds, so they are open on the
/// operator's own machine; where others reach Console, they need a key.
/// </summary>
internal static class ApiDocument
{
    private const string Scheme = "key";

    public static void AddApiDocument(this IServiceCollection services) =>
        services.AddOpenApi("v1", options => options.AddSchemaTransformer(TypesOfOurConverters).AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "KkiaEvents",
                Version = "v1",
                Description = "Payments, orders, replays, dead letters and keys. Send a key as `Authorization: Bearer kkia_…`. Errors are problem+json.",
            };
            document.Components ??= new();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "kkia_…" };
            document.Security = [new() { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
            return Task.CompletedTask;
        }));

    // What has a converter of its own is anything to the library.
    private static Task TypesOfOurConverters(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Type == typeof(ExpectPayment))
            AnnouncementSchema.Describe(schema);
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type != typeof(string) && !type.IsEnum)
            return Task.CompletedTask;
        var nullable = type != context.JsonTypeInfo.Type || context.JsonPropertyInfo is { IsGetNullable: true };
        schema.Type = nullable ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
        if (type.IsEnum)
            schema.Enum = [.. Enum.GetNames(type).Select(n => JsonValue.Create(n))];
        return Task.CompletedTask;
    }

    public static void MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").RequiresKeyBeyondLoopback();
        app.MapScalarApiReference("/docs", page =>
        {
            page.Title = "KkiaEvents API";
            // Nothing from elsewhere: an operator's page must not depend on somebody's font server.
            page.DefaultFonts = false;
            // And nothing to elsewhere: these would send the document to the page's maker.
            page.HideDeveloperTools().HideClientButton().DisableAgent().DisableMcp();
        }).RequiresKeyBeyondLoopback();
    }
}
