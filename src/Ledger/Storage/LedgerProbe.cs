using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>Proves that the ledger can be written, by writing: a record in PostgreSQL's log, flushed by its commit, which leaves no row behind.</summary>
public sealed class LedgerProbe(NpgsqlDataSource dataSource, LedgerSessions sessions)
{
    // A commit that takes longer, or none: a full disk, a synchronous standby that is gone, a network that swallows.
    private const int TimeoutSeconds = 5;

    /// <summary>Returns once something was written.</summary>
    /// <exception cref="ReadOnlySessionException">The database can only be read.</exception>
    /// <exception cref="Exception">It can't be reached, or takes nothing.</exception>
    public async Task ProveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(cancellationToken);
        }
        catch (Exception e) when (sessions.ThrowAwayAfter(e))
        {
            // That session could not. Whether the database can, a fresh one tells.
            await WriteAsync(cancellationToken);
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await ReadOnlySessionException.ThrowIfReadOnlyAsync(connection, cancellationToken);
        await using var command = new NpgsqlCommand("select pg_logical_emit_message(true, 'kkiaevents', '')::text", connection) { CommandTimeout = TimeoutSeconds };
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.FeatureNotSupported)
        {
            // Somebody took that right from everybody. Then a session that may write is as much as can be known.
        }
    }
}
