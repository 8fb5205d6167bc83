using System.Security.Claims;
using KkiaEvents.Console.Access;
using KkiaEvents.Console.Requests;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Operations.DeadLettering;

namespace KkiaEvents.Console.DeadLetters;

/// <summary>Why a message is given up.</summary>
internal sealed record DiscardWish
{
    /// <summary>In the operator's words.</summary>
    public required string Reason { get; init; }
}

/// <summary>Messages that wait for a person.</summary>
internal static class DeadLetterEndpoints
{
    public static void MapDeadLetters(this IEndpointRouteBuilder api)
    {
        var letters = api.MapGroup("/dead-letters/{queue}").WithTags("Dead letters");
        letters.MapGet("", ListAsync).Requires(ApiScope.Read, BoundKeys.ByItself).WithSummary("The oldest messages of kkiaevents-dead or kkiaevents-parked").ProducesProblem(404);
        letters.MapGet("/{id}", ShowAsync).Requires(ApiScope.Read, BoundKeys.ByItself).WithSummary("One message").WithDescription(IdsInPaths.Note).ProducesProblem(404);
        letters.MapGet("/message", ShowAsync).Requires(ApiScope.Read, BoundKeys.ByItself).WithSummary("One message, its id as a parameter").ProducesProblem(400).ProducesProblem(404);
        letters.MapPost("/{id}/retry", RetryAsync).Requires(ApiScope.Operate, BoundKeys.ByItself).WithSummary("Send it back to the queue that could not process it").ProducesProblem(404).ProducesProblem(409);
        letters.MapPost("/retry", RetryAsync).Requires(ApiScope.Operate, BoundKeys.ByItself).WithSummary("Send it back to the queue that could not process it, its id as a parameter").ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
        letters.MapPost("/{id}/discard", DiscardAsync).Requires(ApiScope.Operate, BoundKeys.ByItself).WithSummary("Give it up, with a reason; it stays on record").ProducesProblem(400).ProducesProblem(404);
        letters.MapPost("/discard", DiscardAsync).Requires(ApiScope.Operate, BoundKeys.ByItself).WithSummary("Give it up, its id as a parameter").ProducesProblem(400).ProducesProblem(404);
    }

    private static Task<IReadOnlyList<DeadLetter>> ListAsync(string queue, DeadLetterBox box, ClaimsPrincipal user, CancellationToken cancellationToken, int limit = 100) =>
        box.ListAsync(queue, limit, cancellationToken, user.Within());

    private static Task<DeadLetter> ShowAsync(string queue, string id, DeadLetterBox box, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        box.ShowAsync(queue, id, cancellationToken, user.Within());

    private static async Task<DeadLetter> RetryAsync(
        string queue, string id, DeadLetterBox box, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var letter = await box.RetryAsync(queue, id, user.Who(), cancellationToken, user.Within());
        acts.Done("dead-letter-retry", id, user.Who());
        return letter;
    }

    private static async Task<DeadLetter> DiscardAsync(
        string queue, string id, DiscardWish wish, DeadLetterBox box, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var letter = await box.DiscardAsync(queue, id, user.Who(), wish.Reason, cancellationToken, user.Within());
        acts.Done("dead-letter-discard", id, user.Who());
        return letter;
    }
}
