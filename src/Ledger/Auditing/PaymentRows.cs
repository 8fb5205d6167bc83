using System.Data;
using System.Text.Json;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>The payments' rows, held against their streams batch by batch.</summary>
internal sealed class PaymentRows(NpgsqlDataSource dataSource, LedgerOptions options)
{
    private readonly EventReader _events = new(dataSource, options);

    /// <summary>The next payments' streams after one, by id.</summary>
    public async Task<List<string>> NextAsync(string after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"select id from {options.Schema}.mt_streams where id > $1 and id like '%/%' and id not like '%/%/%' order by id limit {limit}");
        command.Parameters.Add(new() { Value = after });
        var ids = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetString(0));
        return ids;
    }

    /// <summary>Writes those rows that are not what their streams say; their ids.</summary>
    public async Task<IReadOnlyList<string>> RepairAsync(IReadOnlyCollection<string> streamIds, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // One snapshot of events and rows. A row that somebody changes meanwhile fails the write, and the batch is tried again.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var payments = await FoldAsync(connection, streamIds, cancellationToken);
        foreach (var (id, right) in await RightAsync(connection, payments, cancellationToken))
        {
            if (right)
                payments.Remove(id);
        }

        if (payments.Count == 0)
            return [];
        // Holds off writers that have not begun to append; waits for those that have, and then fails and is tried again.
        await using (var held = new NpgsqlCommand($"select id from {options.Schema}.mt_streams where id = any($1) order by id for update", connection, transaction))
        {
            held.Parameters.Add(new() { Value = payments.Keys.ToArray() });
            await held.ExecuteNonQueryAsync(cancellationToken);
        }

        await WriteAsync(connection, payments, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return [.. payments.Keys];
    }

    private async Task<Dictionary<string, Payment>> FoldAsync(NpgsqlConnection connection, IReadOnlyCollection<string> streamIds, CancellationToken cancellationToken)
    {
        var payments = new Dictionary<string, Payment>();
        await foreach (var e in _events.ReadAsync(connection, "stream_id = any($1) order by stream_id, version", [streamIds.ToArray()], cancellationToken))
        {
            if (StoredEvent.PaymentAt(e.StreamId) is not { } key)
                continue;
            var payment = payments.TryGetValue(e.StreamId, out var found) ? found : Payment.New(key);
            payments[e.StreamId] = (e.Read() is { } data ? payment.Evolve(data) : payment) with { Version = (int)e.Version };
        }

        return payments;
    }

    private async Task<List<(string Id, bool Right)>> RightAsync(NpgsqlConnection connection, Dictionary<string, Payment> payments, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"select id, data::text, mt_version::bigint from {options.Schema}.mt_doc_payment where id = any($1)";
        command.Parameters.Add(new() { Value = payments.Keys.ToArray() });
        var rows = new List<(string, bool)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var payment = payments[reader.GetString(0)];
            rows.Add((payment.Id, reader.GetInt64(2) == payment.Version && RowContent.Same(reader.GetString(1), payment with { Version = 0 })));
        }

        return rows;
    }

    private async Task WriteAsync(NpgsqlConnection connection, Dictionary<string, Payment> payments, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText =
            $"""
            insert into {options.Schema}.mt_doc_payment (id, data, mt_version, mt_dotnet_type, mt_last_modified)
            select r.id, r.data, r.version, $4, transaction_timestamp() from unnest($1::text[], $2::jsonb[], $3::int[]) as r(id, data, version)
            on conflict (id) do update set data = excluded.data, mt_version = excluded.mt_version, mt_last_modified = excluded.mt_last_modified
            """;
        var all = payments.Values.ToList();
        command.Parameters.Add(new() { Value = all.Select(p => p.Id).ToArray() });
        command.Parameters.Add(new() { Value = all.Select(p => JsonSerializer.Serialize(p, LedgerStore.Json)).ToArray(), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Jsonb });
        command.Parameters.Add(new() { Value = all.Select(p => p.Version).ToArray() });
        command.Parameters.Add(new() { Value = typeof(Payment).FullName! });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
