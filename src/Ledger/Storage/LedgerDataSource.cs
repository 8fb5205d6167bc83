using System.Data.Common;
using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>The connection pool, with the settings that keep a frozen peer from holding locks for minutes. What the connection string says itself wins.</summary>
public static class LedgerDataSource
{
    /// <summary>Builds it.</summary>
    /// <exception cref="ArgumentException">The connection string can't be read.</exception>
    public static NpgsqlDataSource Create(string connectionString, string applicationName) =>
        new NpgsqlDataSourceBuilder(SettingsOf(connectionString, applicationName)).Build();

    /// <summary>
    /// Builds one for a service that can do nothing without writing. A session that can only read is refused when it's opened,
    /// with a <see cref="ReadOnlySessionException"/>: it would stay so for its whole life, in the pool, also after the database is not.
    /// </summary>
    /// <exception cref="ArgumentException">The connection string can't be read.</exception>
    public static NpgsqlDataSource CreateForWriting(string connectionString, string applicationName) =>
        new NpgsqlDataSourceBuilder(SettingsOf(connectionString, applicationName))
            .UsePhysicalConnectionInitializer(ReadOnlySessionException.ThrowIfReadOnly, connection => ReadOnlySessionException.ThrowIfReadOnlyAsync(connection, CancellationToken.None))
            .Build();

    /// <summary>
    /// Builds one for a program that ends at once and reads the ledger's tables only: it knows PostgreSQL's own types and asks
    /// the database for no others, which every first connection does otherwise.
    /// </summary>
    /// <exception cref="ArgumentException">The connection string can't be read.</exception>
    public static NpgsqlDataSource CreateForReading(string connectionString, string applicationName) =>
        new NpgsqlSlimDataSourceBuilder(SettingsOf(connectionString, applicationName))
            .EnableArrays()
            .EnableTransportSecurity()
            .EnableIntegratedSecurity()
            .ConfigureTypeLoading(types => types.EnableTypeLoading(false))
            .Build();

    private static string SettingsOf(string connectionString, string applicationName)
    {
        // Npgsql's own builder can't tell what was given: it holds every known key to be there.
        var given = new DbConnectionStringBuilder { ConnectionString = connectionString };
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        bool Says(params ReadOnlySpan<string> spellings)
        {
            foreach (var spelling in spellings)
            {
                if (given.ContainsKey(spelling))
                    return true;
            }

            return false;
        }

        settings.ApplicationName ??= applicationName;
        if (!Says("Keepalive"))
            settings.KeepAlive = 10;
        if (!Says("Tcp Keepalive", "TcpKeepAlive", "Tcp Keepalive Time", "TcpKeepAliveTime"))
            (settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval) = (true, 10, 5);
        if (!Says("Command Timeout", "CommandTimeout"))
            settings.CommandTimeout = 30;
        if (!Says("Timeout"))
            settings.Timeout = 5;
        if (!Says("Maximum Pool Size", "MaxPoolSize"))
            settings.MaxPoolSize = 30;
        // No Max Auto Prepare, though it would halve PostgreSQL's time: after batches that collided, Npgsql 9.0.5 was seen
        // to run a prepared statement under another's name.
        // idle_in_transaction: a stopped replica's claimed rows come free again. lock_timeout: a lock held by somebody
        // who does not end is an error to retry, not a stall.
        if (string.IsNullOrEmpty(settings.Options))
            settings.Options = "-c idle_in_transaction_session_timeout=20s -c lock_timeout=10s -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";
        return settings.ConnectionString;
    }
}
