using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace KkiaEvents.Console.Docs;

/// <summary>The API's OpenAPI document and its page. Both are open: they say what the API is, not what the ledger holds.</summary>
internal static class ApiDocument
{
    private const string Scheme = "key";

    public static void AddApiDocument(this IServiceCollection services) =>
        services.AddOpenApi("v1", options => options.AddDocumentTransformer((document, _, _) =>
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

    public static void MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapScalarApiReference("/docs", page =>
        {
            page.Title = "KkiaEvents API";
            // Nothing from elsewhere: an operator's page must not depend on somebody's font server.
            page.DefaultFonts = false;
            // And nothing to elsewhere: these would send the document to the page's maker.
            page.HideDeveloperTools().HideClientButton().DisableAgent().DisableMcp();
        });
    }
}
