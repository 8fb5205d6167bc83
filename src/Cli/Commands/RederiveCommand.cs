using System.CommandLine;
using KkiaEvents.Cli.Output;
using KkiaEvents.Ledger.Auditing;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia rederive</c></summary>
internal static class RederiveCommand
{
    public static Command Create(CliContext context)
    {
        var command = new KkiaCommand(
            "rederive",
            "Takes every decision again by this version's rules and today's policies (Orders__…), from the facts as stored, and lists each payment where it would decide otherwise. Changes nothing. Ends with 1 when there is one.",
            "kkia rederive", "kkia rederive --json", "Orders__Unannounced=Flag kkia rederive");
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed.GetValue(command.Json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, bool json, CancellationToken cancellationToken)
    {
        await using var audit = context.OpenLedger();
        var total = await audit.Events.CountAsync(cancellationToken);
        var end = new RederivationProgress(0, 0, 0, 0);
        var found = await context.Screen.WorkAsync("Rederiving", async tell =>
        {
            var list = new List<Disagreement>();
            var progress = new Reported<RederivationProgress>(p =>
            {
                end = p;
                tell(total == 0 ? null : Math.Min(1, (double)p.Events / total), $"{p.Events} of {total} events");
            });
            await foreach (var disagreement in audit.Rederivation.RunAsync(progress, cancellationToken))
                list.Add(disagreement);
            return list;
        });

        if (json)
        {
            context.Screen.Json(new { end.Events, end.Payments, end.Decisions, end.ByOperators, Disagreements = found });
        }
        else
        {
            foreach (var disagreement in found)
                context.Screen.Line($"{disagreement.StreamId} (event {disagreement.Version}): {disagreement.Detail}", "yellow");
            context.Screen.Line(
                $"{end.Decisions} decisions about {end.Payments} payments taken again from {end.Events} events: {(found.Count == 0 ? "all the same" : $"{found.Count} otherwise")}{(end.ByOperators > 0 ? $"; {end.ByOperators} outcomes were operators'" : "")}.");
        }

        return found.Count == 0 ? ExitCodes.Fine : ExitCodes.Found;
    }
}
