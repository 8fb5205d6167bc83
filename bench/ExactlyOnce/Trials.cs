using KkiaEvents.Bench.Measurements;
using KkiaEvents.Bench.Observing;
using KkiaEvents.Bench.Running;
using Spectre.Console;
using Layout = KkiaEvents.Local.Supervision.Layout;

namespace KkiaEvents.Bench.ExactlyOnce;

/// <summary>Runs the trials of "nothing is lost, nothing counts twice" on one system, and prints what was counted.</summary>
internal static class Trials
{
    /// <summary>Payments of the trial with stopped Processors.</summary>
    private const int WhileStopped = 1000;

    /// <exception cref="BenchFailedException">Something was lost, doubled, unexpected or left over.</exception>
    public static async Task RunAsync(Layout layout, int payments, TimeSpan outage, int processors, int seed, CancellationToken cancellation)
    {
        Stage.Say($"Starting RabbitMQ, PostgreSQL, Sandbox, Ingress and {processors} Processors; seed {seed}");
        await using var system = await BenchSystem.StartAsync(layout, processors, cancellation).ConfigureAwait(false);
        await using var subscriber = await Subscriber.StartAsync(system.BrokerConnection, cancellation).ConfigureAwait(false);
        await using var queue = await WebhookQueue.OpenAsync(system.BrokerConnection, cancellation).ConfigureAwait(false);
        var trial = new Trial(system, subscriber, queue, new Random(seed));

        List<Verdict> verdicts = [];
        foreach (var run in new Func<Task<Verdict>>[]
        {
            () => RepeatedWebhooks.RunAsync(trial, payments, cancellation),
            () => ProcessorAway.RunAsync(trial, WhileStopped, cancellation),
            () => DatabaseAway.RunAsync(trial, outage, cancellation),
        })
        {
            var verdict = await run().ConfigureAwait(false);
            verdicts.Add(verdict);
            Stage.Say($"{verdict.Trial}: {(verdict.IsRight ? "right" : "WRONG")}");
        }

        Print(verdicts);
        if (verdicts.Exists(verdict => !verdict.IsRight))
            throw new BenchFailedException($"Not exactly once. The same order of webhooks again: bench/run exactly-once --seed {seed}");
    }

    private static void Print(IEnumerable<Verdict> verdicts)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("");
        foreach (var column in new[] { "attempted", "acknowledged", "owed", "delivered", "lost", "repeated", "doubled", "unexpected", "waiting" })
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var v in verdicts)
        {
            table.AddRow(
                v.Trial, $"{v.Attempted}", $"{v.Acknowledged}", $"{v.Owed}", $"{v.Delivered}", $"{v.Lost}", $"{v.Repeated}", $"{v.Doubled}",
                $"{v.Unexpected}", $"{v.Waiting}");
        }

        AnsiConsole.Write(table);
    }
}
