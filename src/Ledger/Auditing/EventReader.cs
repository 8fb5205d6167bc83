using System.Data;
using System.Runtime.CompilerServices;
using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>
/// Reads stored events straight from the event table: row by row, so that any number of them takes the same memory, and
/// without the types, so that one that this version can't read is read all the same.
/// </summary>
public sealed class EventReader(NpgsqlDataSource dataSource, LedgerOptions options)
{
    internal string Schema => options.Schema;

    internal NpgsqlDataSource DataSource => dataSource;

    /// <summary>Every event, in order of position.</summary>
    public IAsyncEnumerable<StoredEvent> AllAsync(CancellationToken cancellationToken = default) =>
        ReadAsync("true order by seq_id", [], cancellationToken);

    /// <summary>The events of some streams, stream by stream in order of version.</summary>
    public IAsyncEnumerable<StoredEvent> OfStreamsAsync(IReadOnlyCollection<string> streamIds, CancellationToken cancellationToken = default) =>
        ReadAsync("stream_id = any($1) order by stream_id, version", [streamIds.ToArray()], cancellationToken);

    /// <summary>How many events there are.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand($"select count(*) from {options.Schema}.mt_events");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    internal async IAsyncEnumerable<StoredEvent> ReadAsync(
        string condition, object[] parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await foreach (var e in ReadAsync(connection, condition, parameters, cancellationToken))
            yield return e;
    }

    internal async IAsyncEnumerable<StoredEvent> ReadAsync(
        NpgsqlConnection connection, string condition, object[] parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"select seq_id, id, stream_id, version, type, timestamp, data from {options.Schema}.mt_events where {condition}";
        // As long as it takes: rows flow all the while.
        command.CommandTimeout = 0;
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return new(
                reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetInt64(3), reader.GetString(4),
                reader.GetFieldValue<DateTimeOffset>(5), reader.GetFieldValue<byte[]>(6));
        }
    }
}
