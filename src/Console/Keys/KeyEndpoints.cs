using System.Security.Claims;
using KkiaEvents.Console.Access;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Operations.Keys;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KkiaEvents.Console.Keys;

/// <summary>A key to make.</summary>
internal sealed record KeyWish
{
    /// <summary>Who or what will use it; acts are recorded under this name.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    public required ApiScope Scope { get; init; }

    /// <summary>The only merchants that it reaches; empty for every merchant.</summary>
    public IReadOnlyList<string> Merchants { get; init; } = [];
}

/// <summary>Keys of this API.</summary>
internal static class KeyEndpoints
{
    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/keys").WithTags("Keys");
        keys.MapGet("", ListAsync).Requires(ApiScope.Admin).WithSummary("All keys, revoked ones too");
        keys.MapPost("", CreateAsync).Requires(ApiScope.Admin).WithSummary("Make a key; the answer is the only one that shows it").ProducesProblem(400).ProducesProblem(409);
        keys.MapDelete("/{id}", RevokeAsync).Requires(ApiScope.Admin).WithSummary("Revoke a key, at once").ProducesProblem(404);
    }

    private static async Task<IEnumerable<KeyView>> ListAsync(ApiKeys keys, CancellationToken cancellationToken) =>
        (await keys.ListAsync(cancellationToken)).Select(k => KeyView.Of(k.Key, k.LastUsedAt));

    private static async Task<Created<NewKeyView>> CreateAsync(KeyWish wish, ApiKeys keys, Acts acts, HttpResponse response, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var made = await keys.CreateAsync(wish.Name, wish.Scope, wish.Merchants, user.Who(), cancellationToken);
        acts.Done("key-create", made.Key.Id, user.Who());
        response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"/api/v1/keys/{made.Key.Id}", new NewKeyView(KeyView.Of(made.Key), made.Secret));
    }

    private static async Task<KeyView> RevokeAsync(string id, ApiKeys keys, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var key = await keys.RevokeAsync(id, user.Who(), cancellationToken);
        acts.Done("key-revoke", id, user.Who());
        return KeyView.Of(key);
    }
}
