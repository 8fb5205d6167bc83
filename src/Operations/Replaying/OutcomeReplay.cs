using System.Text;
using KkiaEvents.Bus;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Payments;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace KkiaEvents.Operations.Replaying;

/// <summary>What an operator wants to see on the bus again.</summary>
/// <param name="Selection">Which outcomes.</param>
/// <param name="By">Who asks.</param>
/// <param name="Reason">Why.</param>
/// <param name="Queue">The only queue that gets them; null for everybody who subscribes to their types.</param>
/// <param name="PerSecond">The limit, 1 to 5,000 messages a second.</param>
public sealed record ReplayRequest(ReplaySelection Selection, string By, string Reason, string? Queue = null, int PerSecond = 100);

/// <summary>
/// Publishes stored outcomes again. Changes no fact and no delivery of the ledger; the run itself is recorded. A run that
/// stopped goes on where it was; what the broker got twice then has the same message id.
/// </summary>
public sealed class OutcomeReplay(StoredOutcomes outcomes, ReplayRuns runs, BrokerConnection broker, TimeProvider time)
{
    private const int LargestPage = 500;

    // AMQP's short string.
    private const int LongestQueueName = 255;

    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    /// <summary>What a run would publish. Publishes and records nothing.</summary>
    /// <exception cref="OperationRefusedException">The selection makes no sense.</exception>
    public Task<OutcomeSums> PreviewAsync(ReplaySelection selection, CancellationToken cancellationToken)
    {
        Check(selection);
        return outcomes.SumAsync(selection, cancellationToken);
    }

    /// <summary>Records a run. <see cref="PublishAsync"/> does it.</summary>
    /// <exception cref="OperationRefusedException">The request makes no sense, its queue is not there, or nothing is selected.</exception>
    public async Task<ReplayRun> StartAsync(ReplayRequest request, CancellationToken cancellationToken)
    {
        var by = OperationRefusedException.Required(request.By, "who asks");
        var reason = OperationRefusedException.Required(request.Reason, "why");
        CheckDelivery(request.Queue, request.PerSecond);
        var sums = await PreviewAsync(request.Selection, cancellationToken);
        if (sums.Count == 0)
            throw new OperationRefusedException(Refusal.NotFound, "Nothing is selected: no delivered outcome fits.");
        if (request.Queue is { } queue)
            await RequireQueueAsync(queue, cancellationToken);
        return await runs.StartAsync(
            new(Guid.CreateVersion7(), by, reason, request.Selection, request.Queue, sums.Count, sums.UpTo, request.PerSecond, time.GetUtcNow()), cancellationToken);
    }

    /// <summary>Records that a stopped run goes on. <see cref="PublishAsync"/> does it.</summary>
    /// <exception cref="OperationRefusedException">There is no such run, or it is complete.</exception>
    public async Task<ReplayRun> ResumeAsync(Guid runId, string by, CancellationToken cancellationToken)
    {
        var run = await runs.FindAsync(runId, cancellationToken)
            ?? throw new OperationRefusedException(Refusal.NotFound, $"There is no replay run {runId}.");
        if (run.Ended is { Completed: true })
            throw new OperationRefusedException(Refusal.Conflict, $"Replay run {runId} is complete: start a new one to publish its outcomes once more.");
        return await runs.AppendAsync(run, new ReplayResumed(OperationRefusedException.Required(by, "who asks"), time.GetUtcNow()), cancellationToken);
    }

    /// <summary>Publishes what is left of a run, page by page, each recorded after the broker confirmed it.</summary>
    /// <param name="run">What <see cref="StartAsync"/> or <see cref="ResumeAsync"/> gave.</param>
    /// <param name="progress">Hears of each page.</param>
    /// <param name="cancellationToken">Stops between two messages; the run is then recorded as stopped.</param>
    public async Task<ReplayRun> PublishAsync(ReplayRun run, IProgress<ReplayRun>? progress, CancellationToken cancellationToken)
    {
        try
        {
            await using var channel = await broker.OpenChannelAsync(cancellationToken);
            // A page is at most two seconds' worth, so that a stopped run knows well where it was.
            var page = Math.Clamp(run.Started.PerSecond * 2, 1, LargestPage);
            var (began, before) = (time.GetTimestamp(), run.Published);
            while (await outcomes.ReadAsync(run.Started.Selection, run.Position, run.Started.UpTo, page, cancellationToken) is { Count: > 0 } next)
            {
                var (sent, routed) = await PublishPageAsync(
                    channel, run.Started, next, n => PauseAsync(began, run.Published - before + n, run.Started.PerSecond, cancellationToken), cancellationToken);
                // Stopped in the middle of a page: what the broker has is recorded, so that resuming repeats nothing.
                if (sent == 0)
                    cancellationToken.ThrowIfCancellationRequested();
                run = await runs.AppendAsync(
                    run, new ReplayProgressed(next[sent - 1].Position, run.Published + sent, run.Unrouted + sent - routed, time.GetUtcNow()), CancellationToken.None);
                progress?.Report(run);
            }
        }
        catch (Exception e) when (e is not JasperFx.ConcurrencyException)
        {
            var problem = e is OperationCanceledException && cancellationToken.IsCancellationRequested ? "Stopped by its operator or with its process." : e.Message;
            await runs.AppendAsync(run, new ReplayEnded(false, run.Published, run.Unrouted, problem, time.GetUtcNow()), CancellationToken.None);
            throw;
        }

        return await runs.AppendAsync(run, new ReplayEnded(true, run.Published, run.Unrouted, null, time.GetUtcNow()), CancellationToken.None);
    }

    // Sent one after the other, so in order; the confirms are waited for together. How many were sent, and how many a queue took.
    private async Task<(int Sent, int Routed)> PublishPageAsync(
        IChannel channel, ReplayStarted run, IReadOnlyList<StoredOutcome> page, Func<int, Task> paceAsync, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource();
        var confirms = new List<Task<bool>>(page.Count);
        foreach (var (_, outcome) in page)
        {
            await paceAsync(confirms.Count).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
                break;
            var (properties, body) = ReplayEnvelope.Write(run, outcome, time.GetUtcNow());
            var (exchange, key) = run.Queue is { } queue ? ("", queue) : (Topology.OutcomesExchange, Topology.OutcomeKey(outcome.Merchant, outcome.GetType()));
            confirms.Add(RoutedAsync(channel.BasicPublishAsync(exchange, key, mandatory: true, properties, body, deadline.Token), only: run.Queue));
        }

        deadline.CancelAfter(ConfirmTimeout);
        return (confirms.Count, (await Task.WhenAll(confirms)).Count(routed => routed));
    }

    private static async Task<bool> RoutedAsync(ValueTask publish, string? only)
    {
        try
        {
            await publish;
            return true;
        }
        catch (PublishException e) when (e.IsReturn)
        {
            // Everybody may be nobody, which is counted; a queue that was named must be there.
            return only is null ? false : throw new OperationRefusedException(Refusal.NotFound, $"There is no queue '{only}' any more.");
        }
    }

    private Task PauseAsync(long began, long sent, int perSecond, CancellationToken cancellationToken)
    {
        var ahead = TimeSpan.FromSeconds((double)sent / perSecond) - time.GetElapsedTime(began);
        // Timers are no finer than this; a shorter pause would slow the run below its limit.
        return ahead > TimeSpan.FromMilliseconds(15) ? Task.Delay(ahead, time, cancellationToken) : Task.CompletedTask;
    }

    private async Task RequireQueueAsync(string queue, CancellationToken cancellationToken)
    {
        await using var channel = await broker.OpenChannelAsync(cancellationToken);
        try
        {
            await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.NotFound })
        {
            throw new OperationRefusedException(Refusal.NotFound, $"There is no queue '{queue}'.");
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.ResourceLocked })
        {
            // Another connection's exclusive queue: it is there, and can be published to.
        }
    }

    /// <summary>Refuses a queue that can be nobody's, and a limit out of range.</summary>
    /// <exception cref="OperationRefusedException">One of them makes no sense.</exception>
    public static void CheckDelivery(string? queue, int perSecond)
    {
        if (perSecond is < 1 or > 5000)
            throw new OperationRefusedException(Refusal.Invalid, "The limit must be 1 to 5000 messages a second.");
        if (queue is not null && (queue.Length == 0 || Encoding.UTF8.GetByteCount(queue) > LongestQueueName))
            throw new OperationRefusedException(Refusal.Invalid, $"A queue's name has 1 to {LongestQueueName} bytes.");
    }

    private static void Check(ReplaySelection selection)
    {
        foreach (var unknown in selection.Types.Where(t => t is null || !StoredOutcomes.Types.Contains(t)))
            throw new OperationRefusedException(Refusal.Invalid, $"'{unknown}' is no type of outcome; there are {string.Join(", ", StoredOutcomes.Types)}.");
        if (selection.Merchant is { } merchant && !PaymentKey.IsMerchantName(merchant))
            throw new OperationRefusedException(Refusal.Invalid, $"'{merchant}' is no merchant's name.");
        if (selection.TransactionId is { } transaction && !PaymentKey.IsTransactionId(transaction))
            throw new OperationRefusedException(Refusal.Invalid, $"'{transaction}' is no transaction id.");
        if (selection.From >= selection.To)
            throw new OperationRefusedException(Refusal.Invalid, "The range of time is empty: its end must be after its begin.");
    }
}
