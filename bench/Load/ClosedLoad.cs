using System.Diagnostics;
using HdrHistogram;

namespace KkiaEvents.Bench.Load;

/// <summary>What became of webhooks that were posted.</summary>
/// <param name="Attempted">Requests sent, repeats included.</param>
/// <param name="Acknowledged">By the webhook's place in what was posted: true when it was answered 2xx in the end.</param>
/// <param name="Elapsed">From the first request to the last answer.</param>
/// <param name="Latencies">Microseconds of each request.</param>
internal sealed record PostedWebhooks(int Attempted, IReadOnlyList<bool> Acknowledged, TimeSpan Elapsed, HistogramBase Latencies)
{
    public int AcknowledgedCount => Acknowledged.Count(yes => yes);
}

/// <summary>Posts webhooks over a fixed number of connections, each sending its next as soon as its last is answered.</summary>
internal static class ClosedLoad
{
    public static async Task<PostedWebhooks> PostAsync(
        Uri ingress, IReadOnlyList<byte[]> requests, int connections, CancellationToken cancellation)
    {
        var senders = Enumerable.Range(0, connections).Select(_ => new WebhookSender(ingress)).ToList();
        var acknowledged = new bool[requests.Count];
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(senders.Select(sender => Task.Run(
            async () =>
            {
                for (var at = Interlocked.Increment(ref next); at < requests.Count; at = Interlocked.Increment(ref next))
                    acknowledged[at] = await sender.PostAsync(requests[at], cancellation).ConfigureAwait(false);
            },
            cancellation))).ConfigureAwait(false);
        var elapsed = Stopwatch.GetElapsedTime(started);

        var latencies = WebhookSender.LatenciesOf(senders);
        senders.ForEach(sender => sender.Dispose());

        return new(senders.Sum(sender => sender.Attempted), acknowledged, elapsed, latencies);
    }
}
