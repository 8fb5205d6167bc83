using System.CommandLine;
using System.Diagnostics;
using KkiaEvents.Cli.Output;
using KkiaEvents.Ledger.Auditing;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia rebuild</c></summary>
internal static class RebuildCommand
{
    public static Command Create(CliContext context)
    {
        var command = new KkiaCommand(
            "rebuild",
            "Makes the read models (payments and orders) again from the streams, while payments go on: rows that are right are left alone, wrong or missing ones are written. The streams are never changed.",
            "kkia rebuild", "kkia rebuild --json");
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed.GetValue(command.Json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, bool json, CancellationToken cancellationToken)
    {
        await using var audit = context.OpenLedger();
        var clock = Stopwatch.StartNew();
        var done = await context.Screen.WorkAsync("Rebuilding", tell => audit.Rebuild.RunAsync(
            new Reported<RebuildProgress>(p => tell(
                p.OfPayments == 0 ? null : Math.Min(1, (double)p.Payments / p.OfPayments), $"{p.Payments} of {p.OfPayments} payments, {p.PaymentsRepaired + p.OrdersRepaired} repaired")),
            cancellationToken));
        var seconds = Math.Max(clock.Elapsed.TotalSeconds, 0.001);
        if (json)
            context.Screen.Json(new { done.Payments, done.PaymentsRepaired, done.Orders, done.OrdersRepaired, Seconds = Math.Round(seconds, 3), PaymentsPerSecond = Math.Round(done.Payments / seconds) });
        else
            context.Screen.Line($"{done.Payments} payments ({done.PaymentsRepaired} repaired) and {done.Orders} orders ({done.OrdersRepaired} repaired) in {seconds:0.0} s, {done.Payments / seconds:0} payments a second.");
        return ExitCodes.Fine;
    }
}
