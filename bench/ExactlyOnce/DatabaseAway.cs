using KkiaEvents.Bench.Load;
using KkiaEvents.Bench.Measurements;
using KkiaEvents.Bench.Running;

namespace KkiaEvents.Bench.ExactlyOnce;

/// <summary>PostgreSQL stops for a while under a steady load, and starts again.</summary>
internal static class DatabaseAway
{
    private const double PerSecond = 50;
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(10);

    public static async Task<Verdict> RunAsync(Trial trial, TimeSpan away, CancellationToken cancellation)
    {
        await trial.System.StartProcessorsAsync(cancellation).ConfigureAwait(false);
        // More than will be posted: how long a stop and a start take is not ours to say.
        var series = new PaymentSeries("outage_", (int)((Before + away + After + TimeSpan.FromMinutes(2)).TotalSeconds * PerSecond));
        await trial.System.CreatePaymentsAsync(series, cancellation).ConfigureAwait(false);
        var arrivals = trial.Subscriber.Expect(series);
        using var load = new SteadyLoad(trial.System.Ingress.Address, trial.Requests.For(series), PerSecond);

        var end = new TaskCompletionSource();
        var posting = Task.Run(() => load.RunAsync(end.Task, cancellation), cancellation);
        await Task.Delay(Before, cancellation).ConfigureAwait(false);
        var database = trial.System.Backing.Database;
        await database.StopAsync(cancellation).ConfigureAwait(false);
        var (deliveredBefore, postedBefore) = (arrivals.Delivered, load.Posted);
        await Task.Delay(away, cancellation).ConfigureAwait(false);
        var (deliveredMeanwhile, postedMeanwhile) = (arrivals.Delivered - deliveredBefore, load.Posted - postedBefore);
        await database.StartAsync(cancellation).ConfigureAwait(false);
        await Task.Delay(After, cancellation).ConfigureAwait(false);
        end.SetResult();
        await posting.ConfigureAwait(false);

        Stage.Say($"  {postedMeanwhile} webhooks came while PostgreSQL was away, {deliveredMeanwhile} outcomes went out meanwhile");
        return await trial.JudgeAsync(
            $"PostgreSQL stopped for {away.TotalSeconds:0} s under {PerSecond:0} webhooks/s",
            arrivals, load.Acknowledged, load.Attempted, load.Acknowledged.Count(yes => yes), cancellation).ConfigureAwait(false);
    }
}
