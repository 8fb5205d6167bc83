using KkiaEvents.Bench.Load;
using KkiaEvents.Bench.Observing;
using KkiaEvents.Bench.Reporting;
using KkiaEvents.Bench.Running;
using Spectre.Console;
using Layout = KkiaEvents.Local.Supervision.Layout;

namespace KkiaEvents.Bench.Measurements;

/// <summary>Runs the measurements round by round, so that what the machine does besides falls on all of them alike.</summary>
internal static class Measuring
{
    /// <summary>The measurements by name, in their order within a round: those that need the Processor stopped come first.</summary>
    public static readonly IReadOnlyDictionary<string, Func<Stage, int, CancellationToken, Task>> All =
        new Dictionary<string, Func<Stage, int, CancellationToken, Task>>
        {
            [WebhookRate.Name] = WebhookRate.RunAsync,
            [SpoolRate.Name] = SpoolRate.RunAsync,
            [BacklogRate.Name] = BacklogRate.RunAsync,
            [ThroughRate.Name] = ThroughRate.RunAsync,
            [OutcomeLatency.Name] = OutcomeLatency.RunAsync,
            [FrozenBroker.Name] = FrozenBroker.RunAsync,
        };

    public static async Task RunAsync(
        Layout layout, MeasurementSize size, IReadOnlyCollection<string> only, int processors, string? jsonFile, CancellationToken cancellation)
    {
        Stage.Say("Starting RabbitMQ, PostgreSQL, Sandbox and Ingress");
        await using var system = await BenchSystem.StartAsync(layout, processors, cancellation).ConfigureAwait(false);
        await using var subscriber = await Subscriber.StartAsync(system.BrokerConnection, cancellation).ConfigureAwait(false);
        await using var queue = await WebhookQueue.OpenAsync(system.BrokerConnection, cancellation).ConfigureAwait(false);
        var report = new Report(await MachineFacts.ReadAsync(system, cancellation).ConfigureAwait(false));
        var stage = new Stage(system, subscriber, queue, report, size);

        await WarmUpAsync(stage, cancellation).ConfigureAwait(false);
        for (var round = 1; round <= size.Rounds; round++)
        {
            Stage.Say($"Round {round} of {size.Rounds}; load average {MachineFacts.LoadAverage()}");
            foreach (var (name, run) in All)
            {
                if (only.Count == 0 || only.Contains(name))
                    await run(stage, round, cancellation).ConfigureAwait(false);
            }
        }

        report.Print(AnsiConsole.Console);
        if (jsonFile is not null)
            report.Write(jsonFile);
    }

    // Ingress and Sandbox stay up over all rounds: what they compile and open at first belongs to none.
    private static async Task WarmUpAsync(Stage stage, CancellationToken cancellation)
    {
        Stage.Say("Warming up");
        await stage.System.StartProcessorsAsync(cancellation).ConfigureAwait(false);
        var series = new PaymentSeries("warm_", 4000);
        await stage.System.CreatePaymentsAsync(series, cancellation).ConfigureAwait(false);
        var arrivals = stage.Subscriber.Expect(series);
        await ClosedLoad.PostAsync(stage.Ingress, stage.Requests.For(series), MeasurementSize.Connections, cancellation).ConfigureAwait(false);
        await Stage.WaitForAllAsync(arrivals, cancellation).ConfigureAwait(false);
    }
}
