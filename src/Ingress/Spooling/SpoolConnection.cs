using System.Globalization;
using Microsoft.Data.Sqlite;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>One connection to SQLite, which leaves the log alone when it is closed.</summary>
internal sealed class SpoolConnection : IDisposable
{
    public const int PageBytes = 4096;
    private const int NoCheckpointOnClose = 1006;
    private readonly SqliteConnection _connection;

    private SpoolConnection(SqliteConnection connection) => _connection = connection;

    public string Path => _connection.DataSource;

    public static SpoolConnection Open(string path, Action<SpoolConnection> setUp)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            // Closing would write the log into the file, and that after a failed fsync with the very same descriptor.
            SQLitePCL.raw.sqlite3_db_config(connection.Handle!, NoCheckpointOnClose, 1, out _);
            var opened = new SpoolConnection(connection);
            setUp(opened);
            return opened;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public SqliteCommand Command(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    public void Run(string sql)
    {
        using var command = Command(sql);
        using var rows = command.ExecuteReader();
        do
        {
            while (rows.Read())
            {
            }
        }
        while (rows.NextResult());
    }

    /// <summary>The number that a query gives.</summary>
    public long Number(string sql) => NumberOrNull(sql) ?? 0;

    /// <summary>The number that a query gives; null when it gives none, or something that is no number, as a damaged row can.</summary>
    public long? NumberOrNull(string sql)
    {
        using var command = Command(sql);
        return command.ExecuteScalar() as long?;
    }

    public string Pragma(string name)
    {
        using var command = Command($"pragma {name}");
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture) ?? "";
    }

    /// <summary>After an exception the connection must be closed: nothing is rolled back here.</summary>
    public void InTransaction(Action work)
    {
        Run("begin immediate");
        work();
        Run("commit");
    }

    public void Dispose() => _connection.Dispose();
}
