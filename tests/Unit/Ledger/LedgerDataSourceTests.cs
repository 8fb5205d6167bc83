using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Tests.Unit.Ledger;

public class LedgerDataSourceTests
{
    [Fact]
    public void Without_a_word_a_frozen_peer_is_noticed_within_seconds()
    {
        var settings = SettingsOf("Host=127.0.0.1;Database=ledger");
        Assert.Equal((10, true, 10, 5), (settings.KeepAlive, settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval));
        Assert.Equal((30, 5, 30), (settings.CommandTimeout, settings.Timeout, settings.MaxPoolSize));
        // Not safe with batches that collide: see LedgerDataSource.
        Assert.Equal(0, settings.MaxAutoPrepare);
        Assert.Equal("KkiaEvents", settings.ApplicationName);
        Assert.Contains("idle_in_transaction_session_timeout=20s", settings.Options, StringComparison.Ordinal);
        Assert.Contains("lock_timeout=10s", settings.Options, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_connection_string_says_itself_wins()
    {
        var settings = SettingsOf(
            "Host=127.0.0.1;Keepalive=3;Tcp Keepalive=false;Command Timeout=7;Timeout=9;MaxPoolSize=11;Application Name=shop;Options=-c lock_timeout=1s");
        Assert.Equal((3, false, 7, 9, 11), (settings.KeepAlive, settings.TcpKeepAlive, settings.CommandTimeout, settings.Timeout, settings.MaxPoolSize));
        Assert.Equal(("shop", "-c lock_timeout=1s"), (settings.ApplicationName, settings.Options));
    }

    private static NpgsqlConnectionStringBuilder SettingsOf(string connectionString)
    {
        using var source = LedgerDataSource.Create(connectionString, "KkiaEvents");
        return new(source.ConnectionString);
    }
}
