using System.Security.Claims;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.ServiceDefaults;
using Microsoft.AspNetCore.Authentication;

namespace KkiaEvents.Console.Access;

/// <summary>Who may do what, and for which merchants.</summary>
internal static class Access
{
    private const string KeyIdClaim = "key";

    private const string ScopeClaim = "scope";

    private const string MerchantClaim = "merchant";

    // No merchant's name. A key with no claim at all reaches nobody.
    private const string EveryMerchant = "*";

    /// <summary>Keys instead of log-ins; what says nothing else is closed.</summary>
    public static void AddApiKeyAccess(this IServiceCollection services)
    {
        services.AddAuthentication(ApiKeyHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null);
        services.AddAuthorization();
    }

    /// <summary>Opens an endpoint to keys of a scope, and of the scopes that include it.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="scope">The scope.</param>
    /// <param name="bound">What becomes of keys that are bound to merchants; an endpoint that says nothing is closed to them.</param>
    public static TBuilder Requires<TBuilder>(this TBuilder endpoint, ApiScope scope, BoundKeys bound = BoundKeys.Refused) where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequireAuthorization(policy => policy.AddRequirements(new KeyRequirement(scope, bound)));

    /// <summary>Opens an endpoint to everybody where this service listens on loopback only, else to keys of scope Read, bound to merchants or not.</summary>
    public static TBuilder RequiresKeyBeyondLoopback<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequireAuthorization(policy => policy.AddRequirements(new KeyRequirement(ApiScope.Read, BoundKeys.ByItself, openOnLoopback: true)));

    /// <summary>The identity that a valid key gives its caller.</summary>
    public static ClaimsIdentity IdentityOf(ApiKey key) => new(
        [
            new(ClaimTypes.Name, key.Name), new(KeyIdClaim, key.Id), new(ScopeClaim, key.Scope.ToString()),
            .. key.Merchants.DefaultIfEmpty(EveryMerchant).Select(m => new Claim(MerchantClaim, m)),
        ],
        ApiKeyHandler.SchemeName);

    /// <summary>Under what name an act is recorded.</summary>
    public static string Who(this ClaimsPrincipal user) => user.Identity?.Name ?? throw new InvalidOperationException("Nobody is known at an endpoint that needs a key.");

    /// <summary>The key's scope; null when there is no key, or one of a scope that this version does not know.</summary>
    public static ApiScope? Scope(this ClaimsPrincipal user) => Words.TryParse<ApiScope>(user.FindFirstValue(ScopeClaim), out var scope) ? scope : null;

    /// <summary>The only merchants that the key reaches; null for every merchant.</summary>
    public static IReadOnlyCollection<string>? Within(this ClaimsPrincipal user)
    {
        var merchants = user.FindAll(MerchantClaim).Select(c => c.Value).ToList();
        return merchants.Contains(EveryMerchant) ? null : merchants;
    }

    /// <summary>Refuses (403) a merchant that the key does not reach. The answer is the same whether that merchant exists or not.</summary>
    public static void RequireMerchant(this ClaimsPrincipal user, string merchant)
    {
        if (NotOf(user, merchant) is { } problem)
            throw new BadHttpRequestException(problem, StatusCodes.Status403Forbidden);
    }

    /// <summary>Why a merchant is out of the key's reach; null when it is not.</summary>
    internal static string? NotOf(ClaimsPrincipal user, string? merchant) =>
        user.Within() is not { } within || (merchant is not null && within.Contains(merchant)) ? null
        : $"This key is bound to {string.Join(", ", within)}; '{merchant}' is out of its reach.";
}
