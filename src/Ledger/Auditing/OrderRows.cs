using System.Data;
using System.Text.Json;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>The orders' rows, held against the announcements and outcomes. Keeps one small state for each order, never the events.</summary>
internal sealed class OrderRows(NpgsqlDataSource dataSource, LedgerOptions options)
{
    private static readonly string[] Types = [.. LedgerStore.EventTypes.Where(t => OrderBook.Concerns(t.Value)).Select(t => t.Key)];

    private readonly EventReader _events = new(dataSource, options);

    /// <summary>Writes those rows that are not what the events say. One that somebody changed meanwhile is left for the next pass.</summary>
    /// <returns>How many were compared, and how many were wrong.</returns>
    public async Task<(long Compared, long Wrong)> RepairAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        Dictionary<string, Order> orders;
        var wrong = new List<(Order Order, int? Revision)>();
        long compared;
        await using (var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken))
        {
            orders = await FoldAsync(connection, cancellationToken);
            compared = orders.Count;
            await CompareAsync(connection, orders, wrong, cancellationToken);
            await snapshot.CommitAsync(cancellationToken);
        }

        wrong.AddRange(orders.Values.Select(o => (o, (int?)null)));
        foreach (var (order, revision) in wrong)
            await WriteAsync(connection, order, revision, cancellationToken);
        return (compared, wrong.Count);
    }

    private async Task<Dictionary<string, Order>> FoldAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var book = new OrderBook();
        await foreach (var e in _events.ReadAsync(connection, "type = any($1) order by seq_id", [Types], cancellationToken))
            book.Add(e.StreamId, e.Read());
        return book.Orders;
    }

    // What is left in the dictionary afterwards has no row.
    private async Task CompareAsync(
        NpgsqlConnection connection, Dictionary<string, Order> orders, List<(Order, int?)> wrong, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"select id, data::text, mt_version::bigint from {options.Schema}.mt_doc_order";
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (orders.Remove(reader.GetString(0), out var order) && !RowContent.Same(reader.GetString(1), order))
                wrong.Add((order, (int)reader.GetInt64(2)));
        }
    }

    private async Task WriteAsync(NpgsqlConnection connection, Order order, int? revision, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        order = order with { Version = (revision ?? 0) + 1 };
        // The revision rises, so that a writer that read the wrong row collides and reads again.
        command.CommandText = revision is null
            ? $"insert into {options.Schema}.mt_doc_order (id, data, mt_version, mt_dotnet_type, mt_last_modified) values ($1, $2, $3, $4, transaction_timestamp()) on conflict (id) do nothing"
            : $"update {options.Schema}.mt_doc_order set data = $2, mt_version = $3, mt_dotnet_type = $4, mt_last_modified = transaction_timestamp() where id = $1 and mt_version = $3 - 1";
        command.Parameters.Add(new() { Value = order.Id });
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(order, LedgerStore.Json), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb });
        command.Parameters.Add(new() { Value = order.Version });
        command.Parameters.Add(new() { Value = typeof(Order).FullName! });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
