using System.Security.Claims;
using KkiaEvents.Console.Access;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Operations;
using KkiaEvents.Operations.Replaying;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KkiaEvents.Console.Replays;

/// <summary>A wish to publish stored outcomes again.</summary>
internal sealed record ReplayWish
{
    /// <summary>Which outcomes. Required, even if it is empty, which is every outcome.</summary>
    public required ReplaySelection Selection { get; init; }

    /// <summary>Why; required with <see cref="Confirm"/>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The only queue that gets them; null for everybody who subscribes.</summary>
    public string? Queue { get; init; }

    /// <summary>The limit, 1 to 5,000 messages a second.</summary>
    public int PerSecond { get; init; } = 100;

    /// <summary>False: only count and sum. True: publish.</summary>
    public bool Confirm { get; init; }
}

/// <summary>Outcomes on the bus again.</summary>
internal static class ReplayEndpoints
{
    public static void MapReplays(this IEndpointRouteBuilder api)
    {
        var replays = api.MapGroup("/replays").WithTags("Replays");
        replays.MapPost("", StartAsync).Requires(ApiScope.Operate, BoundKeys.ByItself).WithSummary("Publish stored outcomes again")
            .WithDescription("A dry run (200, counts and sums) unless `confirm` is true (202, the run). Each message keeps its event id and says in its headers that it is a replay.")
            .ProducesProblem(400).ProducesProblem(404);
        replays.MapGet("/{runId:guid}", FindAsync).Requires(ApiScope.Read, BoundKeys.ByItself).WithSummary("How a run stands").ProducesProblem(404);
        replays.MapPost("/{runId:guid}/resume", ResumeAsync).Requires(ApiScope.Operate, BoundKeys.ByItself).WithSummary("Go on with a run that stopped").ProducesProblem(404).ProducesProblem(409);
        replays.MapPost("/{runId:guid}/stop", StopAsync).Requires(ApiScope.Operate, BoundKeys.ByItself).WithSummary("Stop a run; it can be resumed").ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<Results<Ok<OutcomeSums>, Accepted<ReplayRun>>> StartAsync(
        ReplayWish wish, OutcomeReplay replay, ReplayWorker worker, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        RequireReach(user, wish);
        OutcomeReplay.CheckDelivery(wish.Queue, wish.PerSecond);
        if (!wish.Confirm)
            return TypedResults.Ok(await replay.PreviewAsync(wish.Selection, cancellationToken));
        var run = await replay.StartAsync(new(wish.Selection, user.Who(), wish.Reason, wish.Queue, wish.PerSecond), cancellationToken);
        worker.Take(run);
        acts.Done("replay", run.Started.RunId.ToString(), user.Who());
        return TypedResults.Accepted($"/api/v1/replays/{run.Started.RunId}", run);
    }

    // A bound key doesn't see runs that may hold other merchants' outcomes.
    private static async Task<ReplayRun> FindAsync(Guid runId, ReplayRuns runs, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        await runs.FindAsync(runId, cancellationToken) is { } run
        && (user.Within() is not { } within || (run.Started.Selection.Merchant is { } merchant && within.Contains(merchant)))
            ? run
            : throw new OperationRefusedException(Refusal.NotFound, $"There is no replay run {runId}.");

    private static void RequireReach(ClaimsPrincipal user, ReplayWish wish)
    {
        if (user.Within() is not { } within)
            return;
        if (wish.Selection.Merchant is not { } merchant)
            throw new BadHttpRequestException($"This key is bound to {string.Join(", ", within)}: name one of them as selection.merchant.", StatusCodes.Status403Forbidden);
        user.RequireMerchant(merchant);
        if (wish.Queue is not null)
            throw new BadHttpRequestException("A queue does not say whose it is, so a key that is bound to merchants can't name one: leave queue out.", StatusCodes.Status403Forbidden);
    }

    private static async Task<Accepted<ReplayRun>> ResumeAsync(
        Guid runId, OutcomeReplay replay, ReplayRuns runs, ReplayWorker worker, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        await FindAsync(runId, runs, user, cancellationToken);
        var run = await replay.ResumeAsync(runId, user.Who(), cancellationToken);
        worker.Take(run);
        acts.Done("replay-resume", runId.ToString(), user.Who());
        return TypedResults.Accepted($"/api/v1/replays/{runId}", run);
    }

    private static async Task<NoContent> StopAsync(Guid runId, ReplayRuns runs, ReplayWorker worker, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        await FindAsync(runId, runs, user, cancellationToken);
        worker.Stop(runId);
        acts.Done("replay-stop", runId.ToString(), user.Who());
        return TypedResults.NoContent();
    }
}
