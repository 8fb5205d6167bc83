using System.Security.Claims;
using System.Text.Encodings.Web;
using KkiaEvents.Operations.Keys;
using Microsoft.AspNetCore.Authentication;
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
        var identity = new ClaimsIdentity(
            [new(ClaimTypes.Name, key.Name), new(Access.KeyIdClaim, key.Id), new(Access.ScopeClaim, key.Scope.ToString())], SchemeName);
        return AuthenticateResult.Success(new(new(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer realm=\"kkiaevents\"";
        return Results.Problem(
            "Send the header Authorization: Bearer KEY, with a key that is not revoked; kkia keys create NAME makes one.", statusCode: StatusCodes.Status401Unauthorized)
            .ExecuteAsync(Context);
    }
}
