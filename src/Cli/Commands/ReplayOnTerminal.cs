using System.Globalization;
using KkiaEvents.Cli.Output;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Operations;
using KkiaEvents.Operations.Replaying;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Cli.Commands;

/// <summary>A replay run as a terminal starts, follows and resumes it.</summary>
internal sealed class ReplayOnTerminal(CliContext context, string by, bool confirm, bool json)
{
    private static readonly string[] Heads = ["type", "outcomes", "amount in XOF"];

    public async Task<int> StartAsync(ReplaySelection selection, string? queue, int perSecond, string reason, CancellationToken cancellationToken)
    {
        await using var operations = context.OpenOperations();
        var replay = operations.GetRequiredService<OutcomeReplay>();
        if (confirm)
            return await PublishAsync(replay, await replay.StartAsync(new(selection, by, reason, queue, perSecond), cancellationToken), cancellationToken);

        var sums = await replay.PreviewAsync(selection, cancellationToken);
        if (json)
        {
            context.Screen.Json(new { DryRun = true, Selection = selection, Queue = queue, PerSecond = perSecond, sums.Sums, sums.Count });
            return ExitCodes.Fine;
        }

        if (sums.Count == 0)
        {
            context.Screen.Line("Nothing fits: no outcome that the bus took is of this choice. What it did not take yet is the relay's (kkia list --undelivered).");
            return ExitCodes.Fine;
        }

        IReadOnlyList<string> Row(string type, long count, long amount) => [type, count.ToString("N0", CultureInfo.InvariantCulture), amount.ToString("N0", CultureInfo.InvariantCulture)];
        context.Screen.Rows(Heads, [.. sums.Sums.Select(s => Row(s.Type, s.Count, s.Amount)), Row("all", sums.Count, sums.Sums.Sum(s => s.Amount))]);
        context.Screen.Line($"To {To(queue)}, at {perSecond} a second at most ({Duration(sums.Count, perSecond)}). Nothing was published: add {Acting.ConfirmName} --reason 'why'.");
        return ExitCodes.Fine;
    }

    public async Task<int> ResumeAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var operations = context.OpenOperations();
        if (confirm)
        {
            var replay = operations.GetRequiredService<OutcomeReplay>();
            return await PublishAsync(replay, await replay.ResumeAsync(runId, by, cancellationToken), cancellationToken);
        }

        var run = await operations.GetRequiredService<ReplayRuns>().FindAsync(runId, cancellationToken)
            ?? throw new OperationRefusedException(Refusal.NotFound, $"There is no replay run {runId}.");
        if (json)
            context.Screen.Json(run);
        else
            Write(run);
        return ExitCodes.Fine;
    }

    private async Task<int> PublishAsync(OutcomeReplay replay, ReplayRun run, CancellationToken cancellationToken)
    {
        var (id, of) = (run.Started.RunId, run.Started.Outcomes);
        context.Screen.Tell($"Run {id}: {of - run.Published} outcomes to {To(run.Started.Queue)}.");
        try
        {
            run = await context.Screen.WorkAsync("Replaying", tell => replay.PublishAsync(
                run, new Reported<ReplayRun>(r => tell(Math.Min(1, (double)r.Published / of), $"{r.Published} of {of}")), cancellationToken));
        }
        catch (Exception) when (Hint(id))
        {
            throw;
        }

        if (json)
            context.Screen.Json(run);
        else
            Write(run);
        return ExitCodes.Fine;
    }

    // Said before the reason, which the caller of all commands tells.
    private bool Hint(Guid id)
    {
        context.Screen.Tell($"Run {id} stopped, and that is recorded. How it stands: kkia replay --resume {id}. To go on: add {Acting.ConfirmName}");
        return false;
    }

    private void Write(ReplayRun run)
    {
        var started = run.Started;
        context.Screen.Line($"Run {started.RunId}, asked for by {started.By} at {StoryText.Time(started.StartedAt)}: {started.Reason}", "bold");
        context.Screen.Line($"  to {To(started.Queue)}; {run.Published} of {started.Outcomes} outcomes published{(run.Unrouted > 0 ? $", {run.Unrouted} of them without a subscriber" : "")}");
        context.Screen.Line(run.Ended switch
        {
            { Completed: true } ended => $"  complete since {StoryText.Time(ended.EndedAt)}",
            { } ended => $"  stopped at {StoryText.Time(ended.EndedAt)}: {ended.Problem} Go on: kkia replay --resume {started.RunId} {Acting.ConfirmName}",
            null => $"  not ended: it runs, or its process died. Where it died, go on: kkia replay --resume {started.RunId} {Acting.ConfirmName}",
        });
    }

    private static string To(string? queue) => queue is null ? "everybody who subscribes" : $"queue {queue} alone";

    private static string Duration(long count, int perSecond) => TimeSpan.FromSeconds((double)count / perSecond) switch
    {
        { TotalSeconds: < 2 } => "about a second",
        { TotalMinutes: < 2 } t => $"about {t.TotalSeconds:0} s",
        { TotalHours: < 2 } t => $"about {t.TotalMinutes:0} min",
        var t => $"about {t.TotalHours:0} h",
    };
}
