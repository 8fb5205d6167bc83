using CliWrap;
using KkiaEvents.Local.Backing;
using KkiaEvents.Local.Supervision;

namespace KkiaEvents.Tests.Integration.Samples;

/// <summary>A sample as a process, and the lines that it printed.</summary>
internal sealed class RunningSample : IAsyncDisposable
{
    private readonly List<string> lines = [];
    private readonly SemaphoreSlim printed = new(0);
    private readonly SupervisedProcess process;

    public RunningSample(Command command, string broker)
        : this(command.WithEnvironmentVariables(new Dictionary<string, string?> { ["KKIAEVENTS_AMQP_URL"] = broker }))
    {
    }

    public RunningSample(Command command) =>
        process = SupervisedProcess.Start(
            command,
            line =>
            {
                lock (lines)
                    lines.Add(line);
                printed.Release();
            });

    /// <summary>The lines about one event.</summary>
    public IReadOnlyList<string> LinesAbout(Guid eventId) => LinesWith(eventId.ToString());

    /// <summary>Waits until it printed something about an event.</summary>
    /// <exception cref="TimeoutException">It did not in time; the message has what it printed.</exception>
    public Task WaitForAsync(Guid eventId, TimeSpan deadline, CancellationToken cancellation) => WaitForLineAsync(eventId.ToString(), deadline, cancellation);

    /// <summary>Waits until it printed a line with a text.</summary>
    /// <exception cref="TimeoutException">It did not in time; the message has what it printed.</exception>
    public async Task WaitForLineAsync(string text, TimeSpan deadline, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        try
        {
            while (LinesWith(text).Count == 0)
                await printed.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"Nothing about {text}. Its last lines:\n{process.LastLines}");
        }
    }

    /// <summary>Stops it as an orchestrator does: it finishes what it holds.</summary>
    public Task StopAsync() => process.StopAsync(UnixSignal.Terminate, TimeSpan.FromSeconds(30));

    private List<string> LinesWith(string text)
    {
        lock (lines)
            return [.. lines.Where(line => line.Contains(text, StringComparison.Ordinal))];
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        process.Dispose();
        printed.Dispose();
    }
}
