using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Flags that no person has looked at yet.</summary>
public sealed class OpenFlags(NpgsqlDataSource dataSource, LedgerOptions options)
{
    /// <summary>How many payments have each; reads flagged payments only, by their index.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        // PostgreSQL takes nearly every payment for flagged, statistics or not, and would read them all.
        command.CommandText = "set local enable_seqscan = off";
        await command.ExecuteNonQueryAsync(cancellationToken);
        command.CommandText =
            $"""
            select flag, count(*) from {options.Schema}.mt_doc_payment, jsonb_array_elements_text(data -> 'flags') flag
            where (data -> 'flags') <> '[]'::jsonb group by flag
            """;
        var counts = new Dictionary<string, long>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            counts.Add(reader.GetString(0), reader.GetInt64(1));
        return counts;
    }
}
