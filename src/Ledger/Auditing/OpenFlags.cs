using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Flags that no person has looked at yet.</summary>
public sealed class OpenFlags(NpgsqlDataSource dataSource, LedgerOptions options)
{
    /// <summary>How many payments have each; reads flagged payments only, by their index.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select flag, count(*) from {options.Schema}.mt_doc_payment, jsonb_array_elements_text(data -> 'flags') flag
            where (data -> 'flags') <> '[]'::jsonb group by flag
            """);
        var counts = new Dictionary<string, long>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            counts.Add(reader.GetString(0), reader.GetInt64(1));
        return counts;
    }
}
