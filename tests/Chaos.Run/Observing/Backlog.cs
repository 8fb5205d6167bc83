using System.Collections.Concurrent;
using KkiaEvents.Bench.Observing;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace KkiaEvents.Chaos.Observing;

/// <summary>What waited where at one moment; null where it could not be asked.</summary>
/// <param name="At">UTC.</param>
/// <param name="Queued">Webhooks in the Processor's queue that no Processor has been handed.</param>
/// <param name="Due">Payments that the ledger will ask about.</param>
/// <param name="Undelivered">Outcomes that the bus has not taken.</param>
internal sealed record BacklogSample(DateTimeOffset At, uint? Queued, long? Due, long? Undelivered);

/// <summary>Looks once a second. Each look has a connection of its own: one that was made before a fault may hang after it.</summary>
internal sealed class Backlog(string broker, string ledger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly ConcurrentQueue<BacklogSample> samples = new();
    private readonly string unpooled = new NpgsqlConnectionStringBuilder(ledger) { Pooling = false }.ConnectionString;

    public IReadOnlyCollection<BacklogSample> Samples => samples;

    public async Task FollowAsync(CancellationToken end)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await tick.WaitForNextTickAsync(end).ConfigureAwait(false))
                samples.Enqueue(await LookAsync().ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Told to end.
        }
    }

    public async Task<BacklogSample> LookAsync()
    {
        var at = DateTimeOffset.UtcNow;
        var (queued, rows) = (QueuedAsync(), RowsAsync());
        await Task.WhenAll(queued, rows).ConfigureAwait(false);
        return new(at, await queued.ConfigureAwait(false), (await rows.ConfigureAwait(false))?.Due, (await rows.ConfigureAwait(false))?.Undelivered);
    }

    private async Task<uint?> QueuedAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await using var queue = await WebhookQueue.OpenAsync(broker, limit.Token).ConfigureAwait(false);
            return await queue.ReadyAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception away) when (away is OperationCanceledException or BrokerUnreachableException or OperationInterruptedException or IOException)
        {
            return null;
        }
    }

    private async Task<LedgerRows?> RowsAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            return await LedgerRows.ReadAsync(unpooled, "", limit.Token).ConfigureAwait(false);
        }
        catch (Exception away) when (away is OperationCanceledException or NpgsqlException)
        {
            return null;
        }
    }
}
