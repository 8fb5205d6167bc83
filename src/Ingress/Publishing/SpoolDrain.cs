using KkiaEvents.Ingress.Spooling;
using KkiaEvents.Ingress.Webhooks;

namespace KkiaEvents.Ingress.Publishing;

/// <summary>
/// Gives the broker what the spool holds, in the order in which it came, and forgets a record only once it is confirmed as
/// routed. While the broker is in trouble it sends one record and waits for it: that is the probe.
/// </summary>
internal sealed partial class SpoolDrain(Spool spool, WebhookPublisher publisher, BrokerGate gate, SpoolMetrics metrics, SpoolOptions options, TimeProvider time, ILogger<SpoolDrain> log)
    : BackgroundService
{
    private const int Together = 64;

    /// <summary>Nobody waits for it, and a hanging publish is best left to hang: it ends by itself when the broker goes on, or when its heartbeat fails.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>What a stop waits for those that are on their way: each that is confirmed yet need not be sent again by the next process.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan UnroutablePause = TimeSpan.FromSeconds(5);

    private long _drained;
    private int _spooling;

    /// <summary>Says that something was spooled.</summary>
    public void Spooled(string why)
    {
        if (Interlocked.Exchange(ref _spooling, 1) == 0)
            LogSpooling(options.Directory, why);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (spool.State is { Depth: > 0 } left)
        {
            Interlocked.Exchange(ref _spooling, 1);
            LogLeft(options.Directory, left.Depth, left.Oldest);
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Pause;
            try
            {
                if (spool.State.Depth == 0)
                {
                    TellDrained();
                    await spool.FilledAsync(stoppingToken);
                    continue;
                }

                if (await PassAsync(stoppingToken) is var unroutable and > 0)
                {
                    metrics.Failed("unroutable", unroutable);
                    LogUnroutable(unroutable, options.Directory);
                    pause = UnroutablePause;
                }
                else if (gate.Trouble is null && spool.State.Problem is null)
                {
                    continue;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it is, what lies in the spool must not wait for the next start.
                LogFailed(e.Message);
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Goes through the spool once, until the broker fails.</summary>
    /// <returns>How many records no queue takes.</returns>
    private async Task<int> PassAsync(CancellationToken stoppingToken)
    {
        var (after, unroutable) = (SpoolPlace.Start, 0);
        while (!stoppingToken.IsCancellationRequested)
        {
            var records = spool.Read(after, gate.Trouble is null ? Together : 1);
            if (records.Count == 0)
                return unroutable;
            after = records[^1].Place;

            var readable = Readable(records);
            // Webhooks of one payment one after the other, different payments side by side.
            var sending = readable.GroupBy(r => r.Webhook.CorrelationId).Select(records => SendAsync(records, stoppingToken)).ToList();
            await EndedAsync(Task.WhenAll(sending), stoppingToken);
            var sent = sending.Where(s => s.IsCompletedSuccessfully).Select(s => s.Result).ToList();
            unroutable += sent.Sum(s => s.Unroutable);
            Forget([.. sent.SelectMany(s => s.Confirmed)]);
            await Task.WhenAll(sending.Where(s => s.IsFaulted));
            if (sent.Any(s => s.Failed))
                return unroutable;
        }

        return unroutable;
    }

    private async Task EndedAsync(Task sending, CancellationToken stoppingToken)
    {
        await sending.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!sending.IsCompleted)
            await sending.WaitAsync(StopPatience, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private List<(SpooledRecord Spooled, IncomingWebhook Webhook)> Readable(IReadOnlyList<SpooledRecord> records)
    {
        var readable = new List<(SpooledRecord, IncomingWebhook)>();
        foreach (var spooled in records)
        {
            try
            {
                readable.Add((spooled, SpooledWebhook.Read(spooled.Record)));
            }
            catch (UnreadableRecordException e)
            {
                LogUnreadable(spool.SetAside(spooled), e.Message);
                metrics.Failed("unreadable");
            }
        }

        return readable;
    }

    private async Task<(List<SpoolPlace> Confirmed, int Unroutable, bool Failed)> SendAsync(IEnumerable<(SpooledRecord Spooled, IncomingWebhook Webhook)> records, CancellationToken stoppingToken)
    {
        var (confirmed, unroutable) = (new List<SpoolPlace>(), 0);
        foreach (var (spooled, webhook) in records)
        {
            if (stoppingToken.IsCancellationRequested)
                break;
            switch ((await publisher.PublishAsync(webhook, Patience)).Outcome)
            {
                case PublishOutcome.Confirmed:
                    confirmed.Add(spooled.Place);
                    break;
                case PublishOutcome.Unroutable:
                    unroutable++;
                    break;
                default:
                    return (confirmed, unroutable, true);
            }
        }

        return (confirmed, unroutable, false);
    }

    private void Forget(List<SpoolPlace> confirmed)
    {
        spool.Forget(confirmed);
        metrics.Drained(confirmed.Count);
        _drained += confirmed.Count;
    }

    private void TellDrained()
    {
        if (_drained > 0 && Interlocked.Exchange(ref _spooling, 0) == 1)
            LogDrained(options.Directory, _drained);
        _drained = 0;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhooks go to the spool in {Directory} from now on: {Why}")]
    private partial void LogSpooling(string directory, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The spool in {Directory} holds {Depth} webhooks of an earlier run, the first since {Oldest}: they go to the broker as soon as it takes them")]
    private partial void LogLeft(string directory, long depth, DateTimeOffset? oldest);

    [LoggerMessage(Level = LogLevel.Information, Message = "The spool in {Directory} is drained: the broker confirmed {Count} webhooks from it")]
    private partial void LogDrained(string directory, long count);

    [LoggerMessage(Level = LogLevel.Error, Message = "No queue takes {Count} webhooks in the spool, although the topology was declared again: they stay in {Directory} and are tried again. Look at the broker's bindings and at the user's rights")]
    private partial void LogUnroutable(int count, string directory);

    [LoggerMessage(Level = LogLevel.Error, Message = "A webhook in the spool can't be read: {Error}. It is kept as {File}, and a person must look")]
    private partial void LogUnreadable(string file, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The spool could not be drained further: {Error} It is tried again")]
    private partial void LogFailed(string error);
}
