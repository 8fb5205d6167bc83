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
    // A lock for each of 64 parts of all keys: a batch holds a few dozen at most, and PostgreSQL has room for so many a connection.
    private const string Buckets = "select distinct hashtext(key) & 63 as bucket from unnest($1::text[]) key order by bucket";
    private const int LockClass = 0x6B6B6961;

    /// <summary>Which of these orders differs from an announced one by its look alone: by row, the announced order's id. Call it before anything is written.</summary>
    /// <param name="orders">Orders that are not announced themselves.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    public async Task<IReadOnlyDictionary<string, string>> AnnouncedAsync(IReadOnlyCollection<Order> orders, CancellationToken cancellationToken)
    {
        var alike = new Dictionary<string, string>();
        if (orders.Count == 0)
            return alike;
        var announced = (await ReadAsync("pg_advisory_xact_lock_shared", orders, cancellationToken)).Where(o => o.IsAnnounced).ToLookup(o => o.FoldedId);
        foreach (var order in orders)
        {
            if (announced[order.FoldedId].Select(o => o.OrderId).Min(StringComparer.Ordinal) is { } other)
                alike[order.Id] = other;
        }

        return alike;
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
        // A row without a key was written by a version that knew none.
        batch.BatchCommands.Add(Command($"select data::text from {schema}.mt_doc_order where data ->> 'foldedId' = any($1) or data ->> 'foldedId' is null", keys));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var found = new List<Order>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(JsonSerializer.Deserialize<Order>(reader.GetString(0), LedgerStore.Json)!);
        return found;
    }

    private static NpgsqlBatchCommand Command(string sql, string[] keys) => new(sql) { Parameters = { new() { Value = keys } } };
}
