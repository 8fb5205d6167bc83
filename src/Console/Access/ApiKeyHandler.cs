using System.Text.Encodings.Web;
using KkiaEvents.Operations.Keys;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace KkiaEvents.Console.Access;

/// <summary><c>Authorization: Bearer kkia_…</c>. The key itself goes nowhere from here: no claim, no log.</summary>
internal sealed class ApiKeyHandler(
    ApiKeys keys, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";

    private const string Start = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Start, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        if (await keys.RecognizeAsync(header[Start.Length..].Trim(), Context.RequestAborted) is not { } key)
            return AuthenticateResult.Fail("The key is unknown or revoked.");
        return AuthenticateResult.Success(new(new(Access.IdentityOf(key)), SchemeName));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var policy = Context.GetEndpoint()?.Metadata.GetMetadata<AuthorizationPolicy>();
        var problem = policy?.Requirements.OfType<KeyRequirement>().Select(r => r.ProblemOf(Context)).FirstOrDefault(p => p is not null);
        return Results.Problem(problem ?? "This key may not do that.", statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(Context);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer realm=\"kkiaevents\"";
        return Results.Problem(
            "Send the header Authorization: Bearer KEY, with a key that is not revoked; kkia keys create NAME makes one.", statusCode: StatusCodes.Status401Unauthorized)
            .ExecuteAsync(Context);
    }
}
