using System.Diagnostics;
using KkiaEvents.Bench.Load;
using KkiaEvents.Bench.Running;

namespace KkiaEvents.Bench.Measurements;

/// <summary>
/// The broker is frozen for a while under a steady load: how long the slowest answer takes, and how long until all that was
/// spooled meanwhile has come out as OrderPaid. Every webhook must be answered 200 at its first attempt.
/// </summary>
internal static class FrozenBroker
{
    public const string Name = "frozen";
    private static readonly TimeSpan Around = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(Stage stage, int round, CancellationToken cancellation)
    {
        await stage.System.StartProcessorsAsync(cancellation).ConfigureAwait(false);
        var seconds = (stage.Size.Frozen + 2 * Around).TotalSeconds;
        var series = new PaymentSeries($"f{round}_", (int)(seconds * MeasurementSize.FrozenPerSecond));
        await stage.System.CreatePaymentsAsync(series, cancellation).ConfigureAwait(false);
        var arrivals = stage.Subscriber.Expect(series);
        using var load = new SteadyLoad(stage.Ingress, stage.Requests.For(series), MeasurementSize.FrozenPerSecond);
        var posting = load.RunAsync(Task.Delay(Timeout.Infinite, cancellation), cancellation);
        await Task.Delay(Around, cancellation).ConfigureAwait(false);
        var broker = stage.System.Backing.Broker;
        int whileFrozen;
        await broker.PauseAsync(cancellation).ConfigureAwait(false);
        try
        {
            var before = load.Posted;
            await Task.Delay(stage.Size.Frozen, cancellation).ConfigureAwait(false);
            whileFrozen = load.Posted - before;
        }
        finally
        {
            await broker.ResumeAsync(CancellationToken.None).ConfigureAwait(false);
        }

        var thawed = Stopwatch.GetTimestamp();
        await posting.ConfigureAwait(false);
        await Stage.WaitForAllAsync(arrivals, cancellation).ConfigureAwait(false);
        Stage.EnsureAcknowledged(load.Attempted, load.Acknowledged);

        var answers = load.Latencies;
        var (p50, slowest) = (answers.GetValueAtPercentile(50) / 1000.0, answers.GetValueAtPercentile(100) / 1000.0);
        var behind = Stage.Seconds(thawed, arrivals.At.Max());
        stage.Report.Add(new($"Broker frozen {stage.Size.Frozen.TotalSeconds:0} s under {MeasurementSize.FrozenPerSecond}/s: answer, p50", "ms"), p50);
        stage.Report.Add(new("  the slowest answer", "ms", Expected: 2000, HigherIsBetter: false), slowest);
        stage.Report.Add(new("  from the thaw to the last OrderPaid", "s"), behind);
        Stage.Say($"{whileFrozen:#,0} webhooks while the broker was frozen, all answered 200, the slowest after {slowest:0} ms; the last OrderPaid {behind:0.0} s after it went on");
    }
}
