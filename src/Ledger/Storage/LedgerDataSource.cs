using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>The connection pool, with the settings that keep a frozen peer from holding locks for minutes. What the connection string says itself wins.</summary>
public static class LedgerDataSource
{
    /// <summary>Builds it.</summary>
    /// <exception cref="ArgumentException">The connection string can't be read.</exception>
    public static NpgsqlDataSource Create(string connectionString, string applicationName)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        given.ApplicationName ??= applicationName;
        if (!given.ContainsKey("Keepalive"))
            given.KeepAlive = 10;
        if (!given.ContainsKey("Tcp Keepalive Time"))
            (given.TcpKeepAlive, given.TcpKeepAliveTime, given.TcpKeepAliveInterval) = (true, 10, 5);
        if (!given.ContainsKey("Command Timeout"))
            given.CommandTimeout = 30;
        if (!given.ContainsKey("Timeout"))
            given.Timeout = 5;
        if (!given.ContainsKey("Maximum Pool Size"))
            given.MaxPoolSize = 30;
        // idle_in_transaction: a stopped replica's claimed rows come free again. lock_timeout: a lock held by somebody
        // who does not end is an error to retry, not a stall.
        if (string.IsNullOrEmpty(given.Options))
            given.Options = "-c idle_in_transaction_session_timeout=20s -c lock_timeout=10s -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";
        return new NpgsqlDataSourceBuilder(given.ConnectionString).Build();
    }
}
