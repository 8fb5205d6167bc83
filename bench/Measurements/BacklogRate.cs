using System.Diagnostics;
using KkiaEvents.Bench.Load;
using KkiaEvents.Bench.Running;

namespace KkiaEvents.Bench.Measurements;

/// <summary>Payments a second through a Processor that finds them all waiting: from the broker's first delivery to the last OrderPaid at the subscriber.</summary>
internal static class BacklogRate
{
    public const string Name = "backlog";

    public static async Task RunAsync(Stage stage, int round, CancellationToken cancellation)
    {
        await stage.System.StopProcessorsAsync().ConfigureAwait(false);
        await stage.Queue.PurgeAsync(cancellation).ConfigureAwait(false);
        var series = new PaymentSeries($"b{round}_", stage.Size.Payments);
        await stage.System.CreatePaymentsAsync(series, cancellation).ConfigureAwait(false);
        Stage.EnsureAcknowledged(await ClosedLoad.PostAsync(
            stage.Ingress, stage.Requests.For(series), MeasurementSize.Connections, cancellation).ConfigureAwait(false));
        await stage.Queue.WaitForAsync(series.Count, cancellation).ConfigureAwait(false);

        var arrivals = stage.Subscriber.Expect(series);
        var started = await stage.CountingCpuAsync(Name, series.Count, async () =>
        {
            foreach (var processor in stage.System.Processors)
                processor.Launch();
            await stage.Queue.WaitForConsumerAsync(cancellation).ConfigureAwait(false);
            var first = Stopwatch.GetTimestamp();
            await Stage.WaitForAllAsync(arrivals, cancellation).ConfigureAwait(false);
            return first;
        }).ConfigureAwait(false);

        var at = arrivals.At.Order().ToArray();
        var rate = series.Count / Stage.Seconds(started, at[^1]);
        // A quarter later, the program that has just started is compiled.
        var quarter = at.Length / 4;
        var warm = (at.Length - quarter) / Stage.Seconds(at[quarter], at[^1]);
        stage.Report.Add(new("Payments, webhooks waiting, Processor just started", "/s", Expected: 2000), rate);
        stage.Report.Add(new("  the last three quarters of them", "/s"), warm);
        Stage.Say($"{rate:#,0} payments/s from a backlog, {warm:#,0} once warm");
    }
}
