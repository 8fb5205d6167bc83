using KkiaEvents.Bench.Load;
using KkiaEvents.Bench.Running;

namespace KkiaEvents.Bench.Measurements;

/// <summary>Confirmed webhooks a second, Ingress alone: no Processor runs, the queue just fills.</summary>
internal static class WebhookRate
{
    public const string Name = "webhooks";

    public static async Task RunAsync(Stage stage, int round, CancellationToken cancellation)
    {
        await stage.System.StopProcessorsAsync().ConfigureAwait(false);
        await stage.Queue.PurgeAsync(cancellation).ConfigureAwait(false);
        var requests = stage.Requests.For(new PaymentSeries($"w{round}_", stage.Size.Webhooks));
        var posted = await stage.CountingCpuAsync(
            Name, requests.Length, () => ClosedLoad.PostAsync(stage.Ingress, requests, MeasurementSize.Connections, cancellation)).ConfigureAwait(false);
        Stage.EnsureAcknowledged(posted);
        await stage.Queue.WaitForAsync(posted.AcknowledgedCount, cancellation).ConfigureAwait(false);
        await stage.Queue.PurgeAsync(cancellation).ConfigureAwait(false);

        var rate = posted.AcknowledgedCount / posted.Elapsed.TotalSeconds;
        stage.Report.Add(new("Confirmed webhooks, 64 connections", "/s", Expected: 4500), rate);
        stage.Report.Add(new("  answer, p50", "ms"), posted.Latencies.GetValueAtPercentile(50) / 1000.0);
        stage.Report.Add(new("  answer, p99", "ms"), posted.Latencies.GetValueAtPercentile(99) / 1000.0);
        Stage.Say($"{rate:#,0} webhooks/s");
    }
}
