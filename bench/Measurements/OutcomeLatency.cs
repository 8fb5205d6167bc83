using System.Diagnostics;
using KkiaEvents.Bench.Load;
using KkiaEvents.Bench.Running;

namespace KkiaEvents.Bench.Measurements;

/// <summary>Webhook to OrderPaid at a steady rate: from when a webhook was due to be posted until its OrderPaid is at the subscriber.</summary>
internal static class OutcomeLatency
{
    public const string Name = "latency";

    public static async Task RunAsync(Stage stage, int round, CancellationToken cancellation)
    {
        await stage.System.StartProcessorsAsync(cancellation).ConfigureAwait(false);
        var series = new PaymentSeries($"l{round}_", (int)(stage.Size.Steady.TotalSeconds * MeasurementSize.SteadyPerSecond));
        await stage.System.CreatePaymentsAsync(series, cancellation).ConfigureAwait(false);
        var arrivals = stage.Subscriber.Expect(series);
        using var load = new SteadyLoad(stage.Ingress, stage.Requests.For(series), MeasurementSize.SteadyPerSecond);
        await stage.CountingCpuAsync(Name, series.Count, async () =>
        {
            await load.RunAsync(Task.Delay(Timeout.Infinite, cancellation), cancellation).ConfigureAwait(false);
            await Stage.WaitForAllAsync(arrivals, cancellation).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);

        var latencies = WebhookSender.NewHistogram();
        for (var number = 0; number < series.Count; number++)
        {
            var latency = Stopwatch.GetElapsedTime(load.DueAt[number], arrivals.At[number]);
            latencies.RecordValue(Math.Clamp((long)latency.TotalMicroseconds, 1, WebhookSender.LongestLatency));
        }

        var (p50, p99) = (latencies.GetValueAtPercentile(50) / 1000.0, latencies.GetValueAtPercentile(99) / 1000.0);
        stage.Report.Add(new("Webhook to OrderPaid at 100/s, p50", "ms", Expected: 30, HigherIsBetter: false), p50);
        stage.Report.Add(new("Webhook to OrderPaid at 100/s, p99", "ms", Expected: 150, HigherIsBetter: false), p99);
        Stage.Say($"webhook to OrderPaid: p50 {p50:0.0} ms, p99 {p99:0.0} ms");
    }
}
