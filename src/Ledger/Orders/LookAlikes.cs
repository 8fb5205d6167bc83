using System.Text.Json;
using KkiaEvents.Ledger.Storage;
using Marten;
using Npgsql;

namespace KkiaEvents.Ledger.Orders;

/// <summary>
/// Orders whose ids a shop's database may take for one another (<see cref="OrderIdForm.Fold"/>). Their rows are different
/// ones, so no row's version keeps an announcement and a payment of its look-alike apart; a lock does. Payments share it,
/// an announcement has it alone: whichever commits second has read what the first wrote.
/// </summary>
internal sealed class LookAlikes(IDocumentSession session, string schema)
{
    // Keys share 64 locks, so that a batch holds a few dozen at most: PostgreSQL's lock table has room for that per connection.
    private const string Buckets = "select distinct hashtext(key) & 63 as bucket from unnest($1::text[]) key order by bucket";
    private const int LockClass = 0x6B6B6961;

    /// <summary>Locks out announcements of these orders and of their look-alikes, then reads the orders again: each one that is not announced with the announced one that it may be taken for. Call it before anything is written.</summary>
    /// <param name="orders">Orders as they were read before, or new ones; those that were not announced by then.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    public async Task<IReadOnlyList<Order>> WithLookAlikesAsync(IReadOnlyCollection<Order> orders, CancellationToken cancellationToken)
    {
        if (orders.Count == 0)
            return [];
        var rows = await ReadAsync("pg_advisory_xact_lock_shared", orders, cancellationToken);
        var announced = rows.Where(o => o.IsAnnounced).ToLookup(o => o.FoldedId, o => o.OrderId);
        return
        [
            .. from read in orders
               let order = rows.Find(o => o.Id == read.Id) ?? read
               select order.IsAnnounced ? order : order with { LookAlike = announced[order.FoldedId].Min(StringComparer.Ordinal) },
        ];
    }

    /// <summary>The orders that an order that is being announced may be taken for. Call it before anything is read or written.</summary>
    public async Task<IReadOnlyList<Order>> OfAsync(Order announced, CancellationToken cancellationToken) =>
        [.. (await ReadAsync("pg_advisory_xact_lock", [announced], cancellationToken)).Where(o => o.FoldedId == announced.FoldedId && o.Id != announced.Id)];

    private async Task<List<Order>> ReadAsync(string locks, IReadOnlyCollection<Order> orders, CancellationToken cancellationToken)
    {
        await session.BeginTransactionAsync(cancellationToken);
        string[] keys = [.. orders.Select(o => o.FoldedId).Distinct()];
        await using var batch = new NpgsqlBatch(session.Connection);
        batch.BatchCommands.Add(Command($"select {locks}({LockClass}, bucket) from ({Buckets}) sorted", keys));
        // A row without a key was written by an earlier version.
        batch.BatchCommands.Add(Command($"select data::text, mt_version::bigint from {schema}.mt_doc_order where data ->> 'foldedId' = any($1) or data ->> 'foldedId' is null", keys));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var found = new List<Order>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(JsonSerializer.Deserialize<Order>(reader.GetString(0), LedgerStore.Json)! with { Version = (int)reader.GetInt64(1) });
        return found;
    }

    private static NpgsqlBatchCommand Command(string sql, string[] keys) => new(sql) { Parameters = { new() { Value = keys } } };
}
