using System.Security.Cryptography;
using System.Text;
using Marten;
using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>
/// Which versions of the schema were made, each known by a digest of all that makes it. A service asks for its own, which
/// needs no right to look at, let alone change, what it does not use. Stamps stay: a service of the version before finds
/// its own too, because the schema changes by addition.
/// </summary>
internal sealed class SchemaStamp(IDocumentStore store, LedgerOptions options)
{
    public const string Table = "schema_versions";

    private readonly Lazy<string> _own = new(() => DigestOf(store, options.Schema));

    public string TableSql =>
        $"""
        create table if not exists {options.Schema}.{Table} (
          digest text primary key, made_at timestamptz not null default clock_timestamp(), made_by text not null default session_user);
        """;

    public string StampSql => $"insert into {options.Schema}.{Table} (digest) values ({SqlText.Literal(_own.Value)}) on conflict do nothing;";

    /// <summary>Whether the schema was made as this version has it.</summary>
    public async Task<bool> IsThereAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select exists (select from {options.Schema}.{Table} where digest = $1)", connection);
        command.Parameters.Add(new() { Value = _own.Value });
        try
        {
            return await command.ExecuteScalarAsync(cancellationToken) is true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.InsufficientPrivilege)
        {
            return false;
        }
    }

    private static string DigestOf(IDocumentStore store, string schema)
    {
        // The names of roles are the database's matter, not the version's.
        var text = string.Join('\n',
            [store.Storage.ToDatabaseScript(), EventGuards.FunctionSql(schema, "eraser"), EventGuards.TriggersSql(schema), .. LedgerRoles.All.Select(r => LedgerGrants.Sql(r, "role", schema))]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"))));
    }
}
