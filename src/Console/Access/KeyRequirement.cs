using KkiaEvents.Ledger.Operating;
using Microsoft.AspNetCore.Authorization;

namespace KkiaEvents.Console.Access;

/// <summary>What an endpoint does with keys that are bound to merchants.</summary>
internal enum BoundKeys
{
    /// <summary>It is closed to them: it acts on, or tells about, every merchant.</summary>
    Refused,

    /// <summary>Its address has a <c>{merchant}</c>, which must be one of the key's.</summary>
    ByRoute,

    /// <summary>It leaves other merchants out itself (<see cref="Access.Within"/>, <see cref="Access.RequireMerchant"/>), or tells nothing of any.</summary>
    ByItself,
}

/// <summary>A key that may do what an endpoint does.</summary>
/// <param name="scope">What it must allow.</param>
/// <param name="bound">What becomes of a key that is bound to merchants.</param>
/// <param name="openOnLoopback">True when no key is needed where this service listens on loopback only.</param>
internal sealed class KeyRequirement(ApiScope scope, BoundKeys bound, bool openOnLoopback = false) : AuthorizationHandler<KeyRequirement>, IAuthorizationRequirement
{
    /// <summary>Why the caller's key does not open the endpoint; null when it does.</summary>
    public string? ProblemOf(HttpContext context)
    {
        if (openOnLoopback && Listeners.OnLoopbackOnly(context))
            return null;
        if (context.User.Scope() is not { } given || !given.Allows(scope))
            return $"This needs a key of scope {scope}, or of one that includes it; this key's is {context.User.Scope()?.ToString() ?? "unknown here"}.";
        if (context.User.Within() is not { } within)
            return null;
        return bound switch
        {
            BoundKeys.ByItself => null,
            BoundKeys.ByRoute => Access.NotOf(context.User, context.GetRouteValue("merchant") as string),
            _ => $"This is about every merchant, and the key is bound to {string.Join(", ", within)}: it takes a key that is not.",
        };
    }

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, KeyRequirement requirement)
    {
        if (context.Resource is HttpContext http && requirement.ProblemOf(http) is null)
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
