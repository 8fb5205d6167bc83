using System.Diagnostics;
using HdrHistogram;

namespace KkiaEvents.Bench.Load;

/// <summary>One connection, and what became of the webhooks posted over it. A webhook that is refused is sent again as the provider does.</summary>
internal sealed class WebhookSender(Uri ingress) : IDisposable
{
    /// <summary>Microseconds; longer answers count as this long.</summary>
    public const long LongestLatency = 60_000_000;

    private static readonly TimeSpan[] Retries =
        [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];

    private readonly KeepAliveConnection connection = new(ingress);

    public int Attempted { get; private set; }

    public int Acknowledged { get; private set; }

    public LongHistogram Latencies { get; } = NewHistogram();

    /// <summary>Microseconds of each request that any of them sent.</summary>
    public static LongHistogram LatenciesOf(IEnumerable<WebhookSender> senders)
    {
        var latencies = NewHistogram();
        foreach (var sender in senders)
            latencies.Add(sender.Latencies);
        return latencies;
    }

    public static LongHistogram NewHistogram() => new(LongestLatency, 3);

    /// <returns>True when it was acknowledged in the end.</returns>
    public async Task<bool> PostAsync(byte[] request, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            var sent = Stopwatch.GetTimestamp();
            var status = await connection.SendAsync(request, cancellation).ConfigureAwait(false);
            Latencies.RecordValue(Math.Clamp((long)Stopwatch.GetElapsedTime(sent).TotalMicroseconds, 1, LongestLatency));
            Attempted++;
            if (status is >= 200 and <= 299)
            {
                Acknowledged++;
                return true;
            }

            if (attempt == Retries.Length)
                return false;
            await Task.Delay(Retries[attempt], cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose() => connection.Dispose();
}
