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

    public RunningSample(Command command, string broker) =>
        process = SupervisedProcess.Start(
            command.WithEnvironmentVariables(new Dictionary<string, string?> { ["ConnectionStrings__RabbitMq"] = broker }),
            line =>
            {
                lock (lines)
                    lines.Add(line);
                printed.Release();
            });

    /// <summary>The lines about one event.</summary>
    public IReadOnlyList<string> LinesAbout(Guid eventId)
    {
        lock (lines)
            return [.. lines.Where(line => line.Contains(eventId.ToString(), StringComparison.Ordinal))];
    }

    /// <summary>Waits until it printed something about an event.</summary>
    /// <exception cref="TimeoutException">It did not in time; the message has what it printed.</exception>
    public async Task WaitForAsync(Guid eventId, TimeSpan deadline, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        try
        {
            while (LinesAbout(eventId).Count == 0)
                await printed.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"Nothing about {eventId}. Its last lines:\n{process.LastLines}");
        }
    }

    /// <summary>Stops it as an orchestrator does: it finishes what it holds.</summary>
    public Task StopAsync() => process.StopAsync(UnixSignal.Terminate, TimeSpan.FromSeconds(30));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        process.Dispose();
        printed.Dispose();
    }
}
