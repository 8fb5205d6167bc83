using Marten;
using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>What making the schema came to.</summary>
/// <param name="Roles">The roles that have their rights, by what they may do.</param>
/// <param name="Missing">Statements that somebody who may create roles must run first; empty when nothing is missing.</param>
public sealed record MadeSchema(IReadOnlyDictionary<LedgerRole, string> Roles, IReadOnlyList<string> Missing);

/// <summary>The ledger can't be used as it is; the message says what to do.</summary>
public sealed class LedgerSchemaException(string message) : Exception(message);

/// <summary>The schema: tables, guards of the event tables, roles with their rights. Made by its owner; looked at by everybody else.</summary>
public sealed class LedgerSchema(IDocumentStore store, NpgsqlDataSource dataSource, LedgerOptions options)
{
    // One at a time in a database, as Marten's own lock has it for the tables.
    private const long MakingLock = 0x6B6B6961;

    private readonly SchemaStamp _stamp = new(store, options);

    /// <summary>
    /// Has the schema there as this version needs it: makes it when the connection is the owner's, and says who must make
    /// it when it is not.
    /// </summary>
    /// <exception cref="LedgerSchemaException">It is not there, and this connection may not make it; or the database can't hold a ledger.</exception>
    public async Task RequireAsync(CancellationToken cancellationToken)
    {
        await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
        {
            if (await _stamp.IsThereAsync(connection, cancellationToken))
                return;
            if (!await MayMakeAsync(connection, cancellationToken))
                throw new LedgerSchemaException(
                    "Its schema is not there as this version needs it, and this login may not make it: run `KkiaEvents.Processor schema` with the owner's connection (ConnectionStrings__LedgerOwner).");
        }

        await MakeAsync([], cancellationToken);
    }

    /// <summary>Makes everything, or makes it right again: as often as wanted, by any number at once.</summary>
    /// <param name="logins">Logins to make too; their passwords are set anew.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="LedgerSchemaException">The database can't hold a ledger, or a role of that name is somebody else's.</exception>
    public async Task<MadeSchema> MakeAsync(IReadOnlyList<LedgerLogin> logins, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var database = await RequireUtf8Async(connection, cancellationToken);
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await new OrderKeys(dataSource, options.Schema).FillAsync(cancellationToken);

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(connection, $"select pg_advisory_xact_lock({MakingLock})", cancellationToken);
        var names = new LedgerRoles(database, options.Schema);
        await RunAsync(connection, _stamp.TableSql, cancellationToken);
        await RunAsync(connection, EventGuards.FunctionSql(options.Schema, names.NameOf(LedgerRole.Eraser)), cancellationToken);
        await RunAsync(connection, EventGuards.TriggersSql(options.Schema), cancellationToken);
        var made = await new RoleMaking(connection, names).RunAsync(logins, cancellationToken);
        foreach (var (role, name) in made.Roles)
            await RunAsync(connection, LedgerGrants.Sql(role, SqlText.Identifier(name), options.Schema), cancellationToken);
        await RunAsync(connection, _stamp.StampSql, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return made;
    }

    private async Task<bool> MayMakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select coalesce((select pg_has_role(nspowner, 'usage') from pg_namespace where nspname = $1), has_database_privilege(current_database(), 'create'))
            """, connection);
        command.Parameters.Add(new() { Value = options.Schema });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    // In any other encoding a customer's name with an accent can't be stored, so the payment could not be either.
    private static async Task<string> RequireUtf8Async(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select current_database(), pg_encoding_to_char(encoding) from pg_database where datname = current_database()", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var database = reader.GetString(0);
        return reader.GetString(1) is "UTF8"
            ? database
            : throw new LedgerSchemaException(
                $"Database '{database}' is encoded in {reader.GetString(1)}; names with accents need UTF8. Make one with `createdb --encoding UTF8 --template template0 NAME` and set ConnectionStrings__Ledger to it.");
    }

    internal static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
