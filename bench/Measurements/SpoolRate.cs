using KkiaEvents.Bench.Load;
using KkiaEvents.Bench.Running;

namespace KkiaEvents.Bench.Measurements;

/// <summary>Webhooks a second into Ingress's spool while the broker is frozen; then the broker goes on, and every one of them must reach the queue.</summary>
internal static class SpoolRate
{
    public const string Name = "spool";

    public static async Task RunAsync(Stage stage, int round, CancellationToken cancellation)
    {
        await stage.System.StopProcessorsAsync().ConfigureAwait(false);
        await stage.Queue.PurgeAsync(cancellation).ConfigureAwait(false);
        var requests = stage.Requests.For(new PaymentSeries($"s{round}_", stage.Size.Webhooks / 5));
        PostedWebhooks posted;
        await stage.System.Backing.Broker.PauseAsync(cancellation).ConfigureAwait(false);
        try
        {
            posted = await stage.CountingCpuAsync(
                Name, requests.Length, () => ClosedLoad.PostAsync(stage.Ingress, requests, MeasurementSize.Connections, cancellation)).ConfigureAwait(false);
        }
        finally
        {
            await stage.System.Backing.Broker.ResumeAsync(CancellationToken.None).ConfigureAwait(false);
        }

        Stage.EnsureAcknowledged(posted);
        await stage.Queue.WaitForAsync(posted.AcknowledgedCount, cancellation).ConfigureAwait(false);
        await stage.Queue.PurgeAsync(cancellation).ConfigureAwait(false);

        var rate = posted.AcknowledgedCount / posted.Elapsed.TotalSeconds;
        stage.Report.Add(new("Webhooks into the spool, broker frozen, 64 connections", "/s", Expected: 1000), rate);
        stage.Report.Add(new("  spooled answer, p50", "ms"), posted.Latencies.GetValueAtPercentile(50) / 1000.0);
        stage.Report.Add(new("  spooled answer, the slowest", "ms"), posted.Latencies.GetValueAtPercentile(100) / 1000.0);
        Stage.Say($"{rate:#,0} webhooks/s into the spool");
    }
}
