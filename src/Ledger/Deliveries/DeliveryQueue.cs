using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Deliveries;

/// <summary>How much is undelivered.</summary>
/// <param name="Count">Rows.</param>
/// <param name="Oldest">The age of the oldest; zero when there is none.</param>
public sealed record DeliveryBacklog(long Count, TimeSpan Oldest);

/// <summary>The rows of outcomes that the bus has not taken yet. Any number of relays; no leader.</summary>
public sealed class DeliveryQueue(NpgsqlDataSource dataSource, LedgerOptions options)
{
    /// <summary>The channel that a commit with new rows notifies.</summary>
    public const string Channel = DeliveryTable.Channel;

    private readonly string _table = $"{options.Schema}.{DeliveryTable.Name}";
    private readonly string _events = $"{options.Schema}.mt_events";

    /// <summary>
    /// Claims undelivered outcomes and holds them, by row locks, until the claim is disposed. Never a later outcome of a
    /// transaction while an earlier one is undelivered.
    /// </summary>
    public async Task<DeliveryClaim> ClaimAsync(int limit, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var rows = await ReadAsync(connection, limit, cancellationToken);
            return new(connection, transaction, _table, rows);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>How much is undelivered.</summary>
    public async Task<DeliveryBacklog> BacklogAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"select count(*), coalesce(clock_timestamp() - min(created_at), interval '0') from {_table} where delivered_at is null");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(reader.GetInt64(0), reader.GetTimeSpan(1));
    }

    private async Task<List<UndeliveredOutcome>> ReadAsync(NpgsqlConnection connection, int limit, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText =
            $"""
            select d.event_id, d.merchant, d.transaction_id, d.attempts, d.received_at, d.traceparent, e.type, e.data::text
            from {_table} d left join {_events} e on e.stream_id = d.stream_id and e.version = d.version
            where d.delivered_at is null and d.not_before <= clock_timestamp()
              and not exists (select 1 from {_table} p where p.stream_id = d.stream_id and p.delivered_at is null and p.version < d.version)
            order by d.not_before limit $1
            for update of d skip locked
            """;
        command.Parameters.Add(new() { Value = limit });
        var rows = new List<UndeliveredOutcome>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (outcome, problem) = Read(reader);
            rows.Add(new(
                reader.GetGuid(0), new(reader.GetString(1), reader.GetString(2)), outcome, problem, reader.GetInt32(3),
                reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4), reader.IsDBNull(5) ? null : reader.GetString(5)));
        }

        return rows;
    }

    // A stored event that this version can't read stops that delivery, with an alarm, and no other (marten skips it silently).
    private static (OrderEvent? Outcome, string? Problem) Read(NpgsqlDataReader reader)
    {
        if (reader.IsDBNull(6))
            return (null, "the stored event is missing");
        var type = reader.GetString(6);
        if (!LedgerStore.EventTypes.TryGetValue(type, out var clr) || !clr.IsAssignableTo(typeof(OrderEvent)))
            return (null, $"the stored event's type '{type}' is unknown to this version");
        try
        {
            return JsonSerializer.Deserialize(reader.GetString(7), clr, LedgerStore.Json) is OrderEvent outcome ? (outcome, null) : (null, "the stored event is empty");
        }
        catch (JsonException e)
        {
            return (null, $"the stored event can't be read: {e.Message}");
        }
    }
}
