using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Deliveries;
using MassTransit;

namespace KkiaEvents.Processor.Relaying;

/// <summary>
/// Delivers outcomes: claims undelivered rows, publishes the stored events under their own ids, waits for the broker's
/// confirm, stamps the rows. Nothing is stamped that the broker did not confirm; what it confirmed but could not be
/// stamped is repeated with the same id.
/// </summary>
internal sealed partial class Relay(DeliveryQueue deliveries, OutcomePublisher publisher, ProcessorMetrics metrics, TimeProvider time, ILogger<Relay> log)
{
    private const int BatchSize = 200;

    // Well under the session's idle_in_transaction limit: rows are held while the broker is waited for.
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(8);

    /// <summary>Delivers one claim; how many rows it held.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var claim = await deliveries.ClaimAsync(BatchSize, cancellationToken);
        if (claim.Outcomes.Count == 0)
            return 0;

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ConfirmTimeout);
        var attempts = await Task.WhenAll(claim.Outcomes.Select(o => DeliverAsync(o, deadline.Token)));

        // Stopping does not take back what the broker has: stamp it.
        await claim.CompleteAsync(
            [.. attempts.Where(a => a.Error is null).Select(a => (a.Outcome.EventId, a.Routed))],
            [.. attempts.Where(a => a.Error is not null).Select(a => (a.Outcome.EventId, a.Error!, WaitAfter(a.Outcome.Attempts)))],
            CancellationToken.None);

        var now = time.GetUtcNow();
        foreach (var attempt in attempts)
            Report(attempt, now);
        return claim.Outcomes.Count;
    }

    private async Task<Attempt> DeliverAsync(UndeliveredOutcome undelivered, CancellationToken cancellationToken)
    {
        if (undelivered.Outcome is not { } outcome)
            return new(undelivered, undelivered.Problem);
        try
        {
            await publisher.PublishAsync(outcome, outcome.Merchant, context =>
            {
                context.MessageId = undelivered.EventId;
                if (undelivered.TraceParent is { } trace)
                    context.Headers.Set(MassTransit.Logging.DiagnosticHeaders.ActivityId, trace);
            }, cancellationToken);
            return new(undelivered, null);
        }
        catch (MessageReturnedException)
        {
            // A payment that nobody listens for waits until somebody does: goods are owed. The other outcomes are news
            // that no service of this merchant wants; holding them would hold a later OrderPaid behind them.
            return outcome is OrderPaid
                ? new(undelivered, "No queue is bound to OrderPaid: start a service that subscribes to it.")
                : new(undelivered, null, Routed: false);
        }
        catch (OperationCanceledException)
        {
            return new(undelivered, "The broker did not confirm in time: whether it has the message is unknown, so it is sent again.");
        }
        catch (Exception e)
        {
            return new(undelivered, e.Message);
        }
    }

    private void Report(Attempt attempt, DateTimeOffset now)
    {
        var (undelivered, error, routed) = attempt;
        var type = undelivered.Outcome?.GetType().Name ?? "unreadable";
        if (error is not null)
        {
            metrics.Delivered(type, "failed", null);
            LogFailed(type, undelivered.EventId, error, undelivered.Attempts + 1, undelivered.Key.StreamId);
            return;
        }

        metrics.Delivered(type, routed ? "delivered" : "unrouted", now - undelivered.ReceivedAt);
        LogDelivered(type, undelivered.EventId, undelivered.Key.StreamId);
    }

    private static TimeSpan WaitAfter(int attempts) => TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(attempts, 10)), 15));

    private sealed record Attempt(UndeliveredOutcome Outcome, string? Error, bool Routed = true);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Outcome} {EventId} delivered: {CorrelationId}")]
    private partial void LogDelivered(string outcome, Guid eventId, string correlationId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Outcome} {EventId} not delivered ({Error}), attempt {Attempt}: {CorrelationId}")]
    private partial void LogFailed(string outcome, Guid eventId, string error, int attempt, string correlationId);
}
