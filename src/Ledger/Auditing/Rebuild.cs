using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>How far a rebuild is.</summary>
/// <param name="Payments">Payments compared with their streams.</param>
/// <param name="OfPayments">How many there were when it began.</param>
/// <param name="PaymentsRepaired">Payments whose row was not what the stream says.</param>
/// <param name="Orders">Orders compared with their events.</param>
/// <param name="OrdersRepaired">Orders whose row was not what the events say.</param>
public sealed record RebuildProgress(long Payments, long OfPayments, long PaymentsRepaired, long Orders, long OrdersRepaired);

/// <summary>
/// Makes the read models (payments and orders) again from the streams, while payments go on: rows that are right are left
/// alone, wrong or missing ones are written under the same locks and revisions that the ledger's writers respect.
/// </summary>
public sealed class Rebuild(NpgsqlDataSource dataSource, LedgerOptions options)
{
    private const int BatchSize = 500;
    private const int Rechecks = 10;
    private const int OrderPasses = 10;
    private static readonly TimeSpan RecheckPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs it.</summary>
    /// <returns>What was compared and repaired.</returns>
    /// <exception cref="InvalidOperationException">Rows did not come to be right: something else writes to them.</exception>
    public async Task<RebuildProgress> RunAsync(IProgress<RebuildProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var total = await CountAsync(cancellationToken);
        var state = new RebuildProgress(0, total, 0, 0, 0);
        var payments = new PaymentRows(dataSource, options);
        var repaired = new List<string>();
        var after = "";
        while (await payments.NextAsync(after, BatchSize, cancellationToken) is { Count: > 0 } batch)
        {
            var wrong = await Collisions.RetriedAsync(() => payments.RepairAsync(batch, cancellationToken), cancellationToken);
            repaired.AddRange(wrong);
            after = batch[^1];
            state = state with { Payments = state.Payments + batch.Count, PaymentsRepaired = repaired.Count };
            progress?.Report(state);
        }

        await RecheckAsync(payments, repaired, cancellationToken);
        var orders = new OrderRows(dataSource, options);
        for (var pass = 1; ; pass++)
        {
            var (compared, wrong) = await Collisions.RetriedAsync(() => orders.RepairAsync(cancellationToken), cancellationToken);
            state = state with { Orders = compared, OrdersRepaired = state.OrdersRepaired + wrong };
            progress?.Report(state);
            if (wrong == 0)
                return state;
            if (pass == OrderPasses)
                throw new InvalidOperationException("Some orders' rows do not stay as their events say: another program writes to them.");
        }
    }

    // A writer that had read a wrong row before it was repaired may have written its like afterwards.
    private static async Task RecheckAsync(PaymentRows payments, List<string> repaired, CancellationToken cancellationToken)
    {
        for (var round = 1; repaired.Count > 0; round++)
        {
            if (round > Rechecks)
                throw new InvalidOperationException($"The row of {repaired[0]} does not stay as its stream says: another program writes to it.");
            await Task.Delay(RecheckPause, cancellationToken);
            var still = new List<string>();
            foreach (var batch in repaired.Chunk(BatchSize))
                still.AddRange(await Collisions.RetriedAsync(() => payments.RepairAsync(batch, cancellationToken), cancellationToken));
            repaired = still;
        }
    }

    private async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select count(*) from {options.Schema}.mt_streams where id like '%/%' and id not like '%/%/%'");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
