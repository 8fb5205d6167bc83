using Microsoft.Data.Sqlite;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>
/// The SQLite file. Each method returns once its work is on the disk (WAL, synchronous=FULL: a commit is an fsync of the log).
/// For one thread. After an exception of SQLite the file must be closed: a failed fsync is never tried again on the same descriptor.
/// </summary>
internal sealed class SpoolFile : IDisposable
{
    private const int PageBytes = 4096;
    private const int NoCheckpointOnClose = 1006;
    private const string Columns = "delivery_id, type, spooled_at, content, checksum";
    private static long _openings;
    private readonly SqliteConnection _connection;
    private readonly long _opening = Interlocked.Increment(ref _openings);

    private SpoolFile(SqliteConnection connection) => _connection = connection;

    /// <summary>What it takes now, in bytes; free pages are not counted.</summary>
    public long Bytes => (Number("pragma page_count") - FreePages) * PageBytes;

    /// <summary>What its log takes, in bytes.</summary>
    public long LogBytes => new FileInfo(_connection.DataSource + "-wal") is { Exists: true } log ? log.Length : 0;

    private long FreePages => Number("pragma freelist_count");

    /// <summary>Opens it, makes it if need be, and checks it.</summary>
    /// <exception cref="SqliteException">It is damaged, or the disk refuses.</exception>
    public static SpoolFile Open(string path) => Open(path, file => file.SetUp());

    /// <summary>Opens one that may be damaged. Nothing of it is changed, also not when it is closed.</summary>
    /// <exception cref="SqliteException">It is no SQLite file at all, or the disk refuses.</exception>
    public static SpoolFile OpenToRead(string path) => Open(path, file => file.Run("pragma locking_mode = exclusive; pragma query_only = on;"));

    private static SpoolFile Open(string path, Action<SpoolFile> setUp)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            // Closing would write the log into the file, and that after a failed fsync with the very same descriptor.
            SQLitePCL.raw.sqlite3_db_config(connection.Handle!, NoCheckpointOnClose, 1, out _);
            var file = new SpoolFile(connection);
            setUp(file);
            return file;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>How many records there are. Reads them all.</summary>
    public long Count(bool aside) => Number($"select count(*) from {Table(aside)}");

    /// <summary>Since when the first of them waits, UTC; null when none does.</summary>
    public DateTimeOffset? Oldest() =>
        Number("select coalesce((select spooled_at from records order by sequence limit 1), 0)") is > 0 and var ticks ? new(ticks, TimeSpan.Zero) : null;

    /// <summary>Keeps all of them or none, in their order.</summary>
    public void Append(IReadOnlyList<SpoolRecord> records, bool aside = false) =>
        InTransaction(() =>
        {
            using var insert = Command($"insert into {Table(aside)} ({Columns}) values ($id, $type, $at, $content, $checksum)");
            Prepare(insert);
            foreach (var record in records)
                Execute(insert, record);
        });

    /// <summary>The first records after a place, in their order.</summary>
    public IReadOnlyList<SpooledRecord> Read(long after, int most, bool aside = false)
    {
        using var command = Command(
            $"select sequence, {Columns} from {Table(aside)} where sequence > $after order by sequence limit $most");
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$most", most);
        return ReadAll(command);
    }

    /// <summary>One record; null when there is none at this place.</summary>
    public SpooledRecord? ReadOne(long sequence, bool aside = false)
    {
        using var command = Command(
            $"select sequence, {Columns} from {Table(aside)} where sequence = $sequence");
        command.Parameters.AddWithValue("$sequence", sequence);
        return ReadAll(command) is [var one] ? one : null;
    }

    /// <summary>The lowest and the highest place that the table's index tells of.</summary>
    public (long First, long Last) Range(bool aside) => (Number($"select coalesce(min(sequence), 0) from {Table(aside)}"), Number($"select coalesce(max(sequence), 0) from {Table(aside)}"));

    /// <summary>Forgets records, and gives the disk what they took.</summary>
    /// <returns>How many there were.</returns>
    public int Delete(IReadOnlyList<SpooledRecord> records)
    {
        var deleted = 0;
        InTransaction(() => deleted = ForEach("delete from records where sequence = $sequence", records));
        if (FreePages > 256)
            Run("pragma incremental_vacuum(4096)");
        return deleted;
    }

    /// <summary>Gives the disk all that is free in the file.</summary>
    public void GiveBack()
    {
        Run("pragma incremental_vacuum");
        Checkpoint();
    }

    /// <summary>Moves records out of the way; nothing of them is lost.</summary>
    /// <returns>How many there were.</returns>
    public int SetAside(IReadOnlyList<SpooledRecord> records)
    {
        var moved = 0;
        InTransaction(() =>
        {
            ForEach($"insert into set_aside ({Columns}) select {Columns} from records where sequence = $sequence", records);
            moved = ForEach("delete from records where sequence = $sequence", records);
        });
        return moved;
    }

    /// <summary>Writes the log into the file and empties it. Called by us: SQLite's own checkpoint after a commit hides its errors.</summary>
    public void Checkpoint()
    {
        try
        {
            Run("pragma wal_checkpoint(truncate)");
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_FULL)
        {
            // The disk is full: all of it stays in the log, where it is as durable.
        }
    }

    /// <summary>A setting of SQLite, as it is in force.</summary>
    public string Pragma(string name)
    {
        using var command = Command($"pragma {name}");
        return Convert.ToString(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture) ?? "";
    }

    public void Dispose() => _connection.Dispose();

    private void SetUp()
    {
        // Exclusive: SQLite then keeps the log's index in memory, and no second process can open the file.
        Run($"pragma locking_mode = exclusive; pragma page_size = {PageBytes}; pragma auto_vacuum = incremental;");
        Run("pragma journal_mode = wal; pragma synchronous = full; pragma fullfsync = on; pragma checkpoint_fullfsync = on; pragma wal_autocheckpoint = 0;");
        if (Pragma("journal_mode") != "wal" || Pragma("synchronous") != "2")
            throw new SqliteException("SQLite does not take the settings that make a commit durable.", 1);
        if (Pragma("quick_check(1)") is var check and not "ok")
            throw new SqliteException($"The file is damaged: {check}", 11);
        const string columns = "(sequence integer primary key autoincrement, delivery_id text not null, type text not null, spooled_at integer not null, content blob not null, checksum blob not null)";
        Run($"create table if not exists records {columns}; create table if not exists set_aside {columns};");
        Checkpoint();
    }

    private void InTransaction(Action work)
    {
        Run("begin immediate");
        work();
        Run("commit");
    }

    private int ForEach(string sql, IReadOnlyList<SpooledRecord> records)
    {
        using var command = Command(sql);
        var parameter = command.Parameters.Add("$sequence", SqliteType.Integer);
        var changed = 0;
        foreach (var record in records.Where(r => r.Opening == _opening))
        {
            parameter.Value = record.Sequence;
            changed += command.ExecuteNonQuery();
        }

        return changed;
    }

    private static string Table(bool aside) => aside ? "set_aside" : "records";

    private static void Prepare(SqliteCommand insert)
    {
        insert.Parameters.Add("$id", SqliteType.Text);
        insert.Parameters.Add("$type", SqliteType.Text);
        insert.Parameters.Add("$at", SqliteType.Integer);
        insert.Parameters.Add("$content", SqliteType.Blob);
        insert.Parameters.Add("$checksum", SqliteType.Blob);
        insert.Prepare();
    }

    private static void Execute(SqliteCommand insert, SpoolRecord record)
    {
        insert.Parameters["$id"].Value = record.DeliveryId.ToString("n");
        insert.Parameters["$type"].Value = record.Type;
        insert.Parameters["$at"].Value = record.SpooledAt.UtcTicks;
        insert.Parameters["$content"].Value = record.Content;
        insert.Parameters["$checksum"].Value = record.Checksum;
        insert.ExecuteNonQuery();
    }

    private List<SpooledRecord> ReadAll(SqliteCommand command)
    {
        using var row = command.ExecuteReader();
        var records = new List<SpooledRecord>();
        while (row.Read())
        {
            // A damaged page can hold anything; what is no value of its column has no right checksum either.
            _ = Guid.TryParse(row.GetValue(1) as string, out var id);
            var ticks = row.GetValue(3) is long number && number >= 0 && number <= DateTime.MaxValue.Ticks ? number : 0;
            records.Add(new(_opening, row.GetInt64(0), new(
                id, row.GetValue(2) as string ?? "", new(ticks, TimeSpan.Zero), row.GetValue(4) as byte[] ?? [], row.GetValue(5) as byte[] ?? [])));
        }

        return records;
    }

    private SqliteCommand Command(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private void Run(string sql)
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

    private long Number(string sql)
    {
        using var command = Command(sql);
        return (long)command.ExecuteScalar()!;
    }
}
