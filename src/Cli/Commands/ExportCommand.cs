using System.CommandLine;
using System.Diagnostics;
using KkiaEvents.Cli.Output;
using KkiaEvents.Ledger.Auditing;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia export</c></summary>
internal static class ExportCommand
{
    public static Command Create(CliContext context)
    {
        var directory = new Argument<string>("DIRECTORY") { Description = "Where to; made when it is not there. An export is never written over another." };
        var from = Times.Option("--from", "The period's first moment.");
        var to = Times.Option("--to", "The period's end, itself not in it.");
        var command = new KkiaCommand(
            "export",
            $"Writes the streams and outcomes of a period: {ExportManifest.EventsFile} (every stored event, chained line by line), {ExportManifest.OutcomesFile}, and {ExportManifest.FileName} with counts, sums by merchant, method and day, positions and SHA-256. Check it anywhere with `kkia verify-export`. Payers' names and numbers are in it.",
            "kkia export audit-2026-03 --from 2026-03-01 --to 2026-04-01", "kkia export everything --json")
        {
            directory, from, to,
        };
        command.SetAction((parsed, cancellation) =>
            RunAsync(context, parsed.GetRequiredValue(directory), parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(command.Json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        CliContext context, string directory, DateTimeOffset? from, DateTimeOffset? to, bool json, CancellationToken cancellationToken)
    {
        if (from >= to)
            throw new UsageException("--from must be before --to.");
        await using var audit = context.OpenLedger();
        var total = from is null && to is null ? await audit.Events.CountAsync(cancellationToken) : 0;
        var clock = Stopwatch.StartNew();
        var manifest = await context.Screen.WorkAsync("Exporting", tell => audit.Export.WriteAsync(
            directory, from, to,
            new Reported<ExportProgress>(p => tell(total == 0 ? null : Math.Min(1, (double)p.Events / total), $"{p.Events} events, {p.Bytes / 1_000_000} MB")), cancellationToken));
        if (json)
        {
            context.Screen.Json(manifest);
            return ExitCodes.Fine;
        }

        var lines = manifest.Events + manifest.ContextEvents;
        context.Screen.Line($"{manifest.Events} events of {manifest.Streams} streams{(manifest.ContextEvents > 0 ? $" (and {manifest.ContextEvents} more that they rest on)" : "")} in {directory}, {lines / Math.Max(clock.Elapsed.TotalSeconds, 0.001):0} a second.");
        foreach (var file in manifest.Files)
            context.Screen.Line($"  {file.Name}  {file.Lines} lines  {file.Bytes} bytes  SHA-256 {file.Sha256}");
        return ExitCodes.Fine;
    }
}
