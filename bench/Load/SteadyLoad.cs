using System.Collections.Concurrent;
using System.Diagnostics;
using HdrHistogram;

namespace KkiaEvents.Bench.Load;

/// <summary>
/// Posts webhooks at a fixed rate whatever the answers take (an open loop), so that a stall shows in every webhook that
/// it held up. Requests go in order until there are none left, or until it is told to end.
/// </summary>
internal sealed class SteadyLoad(Uri ingress, IReadOnlyList<byte[]> requests, double perSecond) : IDisposable
{
    private readonly ConcurrentBag<WebhookSender> idle = [];
    private readonly ConcurrentBag<WebhookSender> all = [];

    /// <summary>When each was due to be posted, in Stopwatch's timestamps; 0 for those that were not.</summary>
    public long[] DueAt { get; } = new long[requests.Count];

    public bool[] Acknowledged { get; } = new bool[requests.Count];

    public int Posted { get; private set; }

    /// <summary>Microseconds of each request that was answered.</summary>
    public HistogramBase Latencies => WebhookSender.LatenciesOf(all);

    public int Attempted => all.Sum(sender => sender.Attempted);

    public async Task RunAsync(Task end, CancellationToken cancellation)
    {
        var posts = new List<Task>(requests.Count);
        var started = Stopwatch.GetTimestamp();
        for (var number = 0; number < requests.Count && !end.IsCompleted; number++)
        {
            var due = started + (long)(number / perSecond * Stopwatch.Frequency);
            DueAt[number] = due;
            while (Stopwatch.GetTimestamp() < due)
                await Task.Delay(1, cancellation).ConfigureAwait(false);
            posts.Add(PostAsync(number, cancellation));
            Posted++;
        }

        await Task.WhenAll(posts).ConfigureAwait(false);
    }

    public void Dispose()
    {
        foreach (var sender in all)
            sender.Dispose();
    }

    private async Task PostAsync(int number, CancellationToken cancellation)
    {
        if (!idle.TryTake(out var sender))
            all.Add(sender = new WebhookSender(ingress));
        Acknowledged[number] = await sender.PostAsync(requests[number], cancellation).ConfigureAwait(false);
        idle.Add(sender);
    }
}
