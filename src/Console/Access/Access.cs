using System.Security.Claims;
using KkiaEvents.Ledger.Operating;
using Microsoft.AspNetCore.Authentication;

namespace KkiaEvents.Console.Access;

/// <summary>Who may do what.</summary>
internal static class Access
{
    public const string KeyIdClaim = "key";

    public const string ScopeClaim = "scope";

    /// <summary>Keys instead of log-ins; what says nothing else is closed.</summary>
    public static void AddApiKeyAccess(this IServiceCollection services)
    {
        services.AddAuthentication(ApiKeyHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null);
        var authorization = services.AddAuthorizationBuilder();
        foreach (var scope in Enum.GetValues<ApiScope>())
            authorization.AddPolicy(scope.ToString(), policy => policy.RequireAssertion(c => c.User.Scope() >= scope));
    }

    /// <summary>Opens an endpoint to keys of a scope, and of the scopes that include it.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder endpoint, ApiScope scope) where TBuilder : IEndpointConventionBuilder
    {
        endpoint.RequireAuthorization(scope.ToString());
        return endpoint;
    }

    /// <summary>Under what name an act is recorded.</summary>
    public static string Who(this ClaimsPrincipal user) => user.Identity?.Name ?? throw new InvalidOperationException("Nobody is known at an endpoint that needs a key.");

    private static ApiScope? Scope(this ClaimsPrincipal user) =>
        Enum.TryParse<ApiScope>(user.FindFirstValue(ScopeClaim), out var scope) ? scope : null;
}
