using System.Diagnostics;
using KkiaEvents.Bench.Load;
using KkiaEvents.Bench.Observing;
using KkiaEvents.Bench.Reporting;
using KkiaEvents.Bench.Running;
using Spectre.Console;

namespace KkiaEvents.Bench.Measurements;

/// <summary>What every measurement works with.</summary>
internal sealed record Stage(BenchSystem System, Subscriber Subscriber, WebhookQueue Queue, Report Report, MeasurementSize Size)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public Uri Ingress => System.Ingress.Address;

    public WebhookRequests Requests { get; } = new(System.Ingress.Address, System.Keys.WebhookSecret);

    public static void Say(string text) => AnsiConsole.MarkupLineInterpolated($"[grey]{DateTime.UtcNow:HH:mm:ss}[/] {text}");

    /// <summary>Waits for every payment's OrderPaid.</summary>
    /// <exception cref="BenchFailedException">One did not come, came twice, or something else came.</exception>
    public static async Task WaitForAllAsync(Arrivals arrivals, CancellationToken cancellation)
    {
        await arrivals.WaitAsync(arrivals.Series.Count, Patience, cancellation).ConfigureAwait(false);
        if (arrivals.Delivered != arrivals.Series.Count || arrivals.Doubled > 0 || arrivals.Unexpected > 0)
        {
            throw new BenchFailedException(
                $"{arrivals.Delivered} of {arrivals.Series.Count} payments were delivered as OrderPaid; doubled {arrivals.Doubled}, repeated {arrivals.Repeated}, unexpected {arrivals.Unexpected}.");
        }
    }

    /// <exception cref="BenchFailedException">One was not acknowledged: the figure would not be about webhooks that were kept.</exception>
    public static void EnsureAcknowledged(PostedWebhooks posted) => EnsureAcknowledged(posted.Attempted, posted.Acknowledged);

    /// <inheritdoc cref="EnsureAcknowledged(PostedWebhooks)" />
    public static void EnsureAcknowledged(int attempted, IReadOnlyCollection<bool> acknowledged)
    {
        var count = acknowledged.Count(yes => yes);
        if (attempted != count || count != acknowledged.Count)
            throw new BenchFailedException($"{count} of {acknowledged.Count} webhooks were acknowledged, in {attempted} attempts.");
    }

    /// <summary>Runs something and notes who used the processors meanwhile.</summary>
    /// <param name="measurement">Its name.</param>
    /// <param name="count">How many webhooks or payments it is about.</param>
    /// <param name="work">What to run.</param>
    public async Task<T> CountingCpuAsync<T>(string measurement, int count, Func<Task<T>> work)
    {
        var before = CpuTimes.Read(System);
        var result = await work().ConfigureAwait(false);
        Report.AddCpu(measurement, count, CpuTimes.Read(System).Since(before));
        return result;
    }

    public static double Seconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalSeconds;
}
