using System.Collections.Concurrent;
using System.Threading.Channels;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Operations;
using KkiaEvents.Operations.Replaying;

namespace KkiaEvents.Console.Replays;

/// <summary>Publishes the replay runs that were started or resumed here. A run that stops with this process says so in its stream, and can be resumed anywhere.</summary>
internal sealed partial class ReplayWorker(OutcomeReplay replay, LedgerSessions sessions, ILogger<ReplayWorker> log) : BackgroundService
{
    private readonly Channel<ReplayRun> _runs = Channel.CreateUnbounded<ReplayRun>();
    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> _running = [];

    public void Take(ReplayRun run) => _runs.Writer.TryWrite(run);

    /// <summary>Stops a run after the page that it is at.</summary>
    public void Stop(Guid runId)
    {
        if (!_running.TryGetValue(runId, out var stop))
            throw new OperationRefusedException(Refusal.Conflict, $"Replay run {runId} does not run here.");
        stop.Cancel();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var tasks = new List<Task>();
        try
        {
            await foreach (var run in _runs.Reader.ReadAllAsync(stoppingToken))
            {
                tasks.RemoveAll(t => t.IsCompleted);
                tasks.Add(PublishAsync(run, stoppingToken));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(tasks);
        }
    }

    private async Task PublishAsync(ReplayRun run, CancellationToken stoppingToken)
    {
        var id = run.Started.RunId;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        if (!_running.TryAdd(id, stop))
            return;
        try
        {
            var ended = await replay.PublishAsync(run, progress: null, stop.Token);
            LogEnded(id, ended.Published, ended.Unrouted);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            LogStopped(id);
        }
        catch (Exception e)
        {
            sessions.ThrowAwayAfter(e);
            LogFailed(id, e.Message);
        }
        finally
        {
            _running.TryRemove(id, out _);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Replay run {RunId} is complete: {Published} messages, {Unrouted} of them without a subscriber")]
    private partial void LogEnded(Guid runId, long published, long unrouted);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Replay run {RunId} stopped; it can be resumed")]
    private partial void LogStopped(Guid runId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Replay run {RunId} stopped ({Error}); it can be resumed")]
    private partial void LogFailed(Guid runId, string error);
}
