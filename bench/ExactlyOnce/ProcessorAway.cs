using KkiaEvents.Bench.Load;
using KkiaEvents.Bench.Measurements;
using KkiaEvents.Bench.Running;

namespace KkiaEvents.Bench.ExactlyOnce;

/// <summary>The Processors stop, webhooks come, the Processors start.</summary>
internal static class ProcessorAway
{
    public static async Task<Verdict> RunAsync(Trial trial, int payments, CancellationToken cancellation)
    {
        await trial.System.StartProcessorsAsync(cancellation).ConfigureAwait(false);
        var series = new PaymentSeries("away_", payments);
        await trial.System.CreatePaymentsAsync(series, cancellation).ConfigureAwait(false);
        var arrivals = trial.Subscriber.Expect(series);
        await trial.System.StopProcessorsAsync().ConfigureAwait(false);

        var posted = await ClosedLoad.PostAsync(
            trial.System.Ingress.Address, trial.Requests.For(series), MeasurementSize.Connections, cancellation).ConfigureAwait(false);
        if (arrivals.Delivered > 0)
            throw new BenchFailedException("An outcome came while every Processor was stopped.");
        await trial.System.StartProcessorsAsync(cancellation).ConfigureAwait(false);
        return await trial.JudgeAsync(
            "Processors stopped, webhooks, Processors started", arrivals, posted.Acknowledged, posted.Attempted, posted.AcknowledgedCount, cancellation).ConfigureAwait(false);
    }
}
