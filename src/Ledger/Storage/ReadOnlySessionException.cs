using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>A session can only read: the database or the login is set so, or the server is a standby.</summary>
public sealed class ReadOnlySessionException : NpgsqlException
{
    private const string Sql = "select current_setting('transaction_read_only')::bool, pg_is_in_recovery()";
    private const int TimeoutSeconds = 5;

    internal ReadOnlySessionException(bool standby)
        : base(standby
            ? "the server is a standby and read-only. Name the primary in the connection string, or all of them and Target Session Attributes=primary"
            : "the database is read-only. Somebody set default_transaction_read_only: `alter database NAME reset default_transaction_read_only`, the same for the login (alter role) or the server (alter system)")
    {
    }

    internal static async Task ThrowIfReadOnlyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection) { CommandTimeout = TimeoutSeconds };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        ThrowIf(reader);
    }

    internal static void ThrowIfReadOnly(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Sql, connection) { CommandTimeout = TimeoutSeconds };
        using var reader = command.ExecuteReader();
        reader.Read();
        ThrowIf(reader);
    }

    private static void ThrowIf(NpgsqlDataReader reader)
    {
        if (reader.GetBoolean(0))
            throw new ReadOnlySessionException(standby: reader.GetBoolean(1));
    }
}
