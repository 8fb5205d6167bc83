using KkiaEvents.Bench.Load;
using KkiaEvents.Bench.Measurements;
using KkiaEvents.Bench.Running;

namespace KkiaEvents.Bench.ExactlyOnce;

/// <summary>Every webhook three times, all of them in random order, by parallel senders, while all Processors work.</summary>
internal static class RepeatedWebhooks
{
    private const int Times = 3;

    public static async Task<Verdict> RunAsync(Trial trial, int payments, CancellationToken cancellation)
    {
        await trial.System.StartProcessorsAsync(cancellation).ConfigureAwait(false);
        var series = new PaymentSeries("thrice_", payments);
        await trial.System.CreatePaymentsAsync(series, cancellation).ConfigureAwait(false);
        var numbers = Enumerable.Range(0, payments * Times).Select(i => i % payments).ToArray();
        trial.Chance.Shuffle(numbers);
        var requests = trial.Requests.For(series);
        var arrivals = trial.Subscriber.Expect(series);

        var posted = await ClosedLoad.PostAsync(
            trial.System.Ingress.Address, [.. numbers.Select(number => requests[number])], MeasurementSize.Connections, cancellation).ConfigureAwait(false);
        var owed = new bool[payments];
        for (var i = 0; i < numbers.Length; i++)
            owed[numbers[i]] |= posted.Acknowledged[i];
        return await trial.JudgeAsync(
            $"each webhook {Times} times, {trial.System.Processors.Count} Processors", arrivals, owed, posted.Attempted, posted.AcknowledgedCount, cancellation).ConfigureAwait(false);
    }
}
