using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Processor.Consuming;

/// <summary>
/// Takes no messages while the ledger can't be written: they wait in the queue, and not here, where RabbitMQ takes them back after
/// its consumer time-out (half an hour as a rule) and counts a delivery each time, until they are dead letters. What ends in
/// seconds, a restart of PostgreSQL, is waited for with the messages in hand.
/// </summary>
internal sealed partial class StoreOutage(
    ConsumedEndpoints endpoints, StoreTrouble trouble, LedgerProbe probe, LedgerSessions sessions, SchemaAtStart schema, ProcessorMetrics metrics, TimeProvider time, ILogger<StoreOutage> log) : BackgroundService
{
    /// <summary>How long the ledger is waited for with messages in hand: longer than a restart, far shorter than any consumer time-out.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Nobody may have tried to write.
    private static readonly TimeSpan Unasked = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RideOutAsync(consuming: false, stoppingToken);
            while (true)
            {
                await trouble.WaitAsync(Unasked, stoppingToken);
                await RideOutAsync(consuming: true, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What the endpoints hold goes back when the bus stops.
        }
    }

    /// <summary>Returns when the ledger can be written and messages are taken.</summary>
    private async Task RideOutAsync(bool consuming, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (await ProblemAsync(cancellationToken) is { } problem)
        {
            var lasted = time.GetElapsedTime(began);
            metrics.StoreAway(lasted);
            if (consuming && lasted >= Patience)
            {
                consuming = false;
                LogAway(problem, lasted);
            }

            // Again and again: one that lost its broker comes back by itself.
            if (!consuming)
                await endpoints.StopAsync(cancellationToken);
            // On an ordinary start the schema is there at once.
            var pause = Task.Delay(Pause, time, cancellationToken);
            await (schema.IsMade ? pause : Task.WhenAny(pause, schema.WaitAsync(cancellationToken)));
            cancellationToken.ThrowIfCancellationRequested();
        }

        metrics.StoreAway(TimeSpan.Zero);
        if (consuming)
            return;
        // One that was opened in the outage may be of no use after it.
        sessions.ThrowAway();
        endpoints.Start();
        LogBack(time.GetElapsedTime(began));
    }

    private async Task<string?> ProblemAsync(CancellationToken cancellationToken)
    {
        if (!schema.IsMade)
            return "its schema is not there yet";
        try
        {
            await probe.ProveAsync(cancellationToken);
            return null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return LedgerTrouble.Describe(e).TrimEnd('.');
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger (ConnectionStrings__Ledger) can't be written: {Error}. After {Lasted} webhooks and announcements are not taken any more: they wait in the queues, and those in hand go back. It is tried again each second, and all goes on by itself")]
    private partial void LogAway(string error, TimeSpan lasted);

    [LoggerMessage(Level = LogLevel.Information, Message = "The ledger can be written, after {Lasted}: webhooks and announcements are taken")]
    private partial void LogBack(TimeSpan lasted);
}
