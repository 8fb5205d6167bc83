using System.Diagnostics;
using KkiaEvents.Bench.Load;
using KkiaEvents.Bench.Running;

namespace KkiaEvents.Bench.Measurements;

/// <summary>Payments a second when webhooks are posted and processed at the same time: from the first post to the last OrderPaid at the subscriber.</summary>
internal static class ThroughRate
{
    public const string Name = "through";

    public static async Task RunAsync(Stage stage, int round, CancellationToken cancellation)
    {
        await stage.System.StartProcessorsAsync(cancellation).ConfigureAwait(false);
        var series = new PaymentSeries($"t{round}_", stage.Size.Payments);
        await stage.System.CreatePaymentsAsync(series, cancellation).ConfigureAwait(false);
        var requests = stage.Requests.For(series);
        var arrivals = stage.Subscriber.Expect(series);
        var started = await stage.CountingCpuAsync(Name, series.Count, async () =>
        {
            var first = Stopwatch.GetTimestamp();
            Stage.EnsureAcknowledged(await ClosedLoad.PostAsync(
                stage.Ingress, requests, MeasurementSize.Connections, cancellation).ConfigureAwait(false));
            await Stage.WaitForAllAsync(arrivals, cancellation).ConfigureAwait(false);
            return first;
        }).ConfigureAwait(false);

        var rate = series.Count / Stage.Seconds(started, arrivals.At.Max());
        stage.Report.Add(new("Payments, posted and processed at once", "/s"), rate);
        Stage.Say($"{rate:#,0} payments/s posted and processed at once");
    }
}
