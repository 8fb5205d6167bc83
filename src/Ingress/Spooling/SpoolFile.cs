using Microsoft.Data.Sqlite;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>
/// The SQLite file. Each method returns once its work is on the disk (WAL, synchronous=FULL: a commit is an fsync of the log).
/// For one thread. After an exception of SQLite the file must be closed: a failed fsync is never tried again on the same descriptor.
/// </summary>
internal sealed class SpoolFile : IDisposable
{
    private const int FreePagesToKeep = 256;
    private static long _openings;
    private readonly SpoolConnection _connection;

    private SpoolFile(SpoolConnection connection)
    {
        _connection = connection;
        var opening = Interlocked.Increment(ref _openings);
        Waiting = new(connection, "records", opening);
        Aside = new(connection, "set_aside", opening);
    }

    /// <summary>The records that wait for the broker.</summary>
    public SpoolTable Waiting { get; }

    /// <summary>The records that can't be read, kept for a person.</summary>
    public SpoolTable Aside { get; }

    /// <summary>What it takes now, in bytes; free pages are not counted.</summary>
    public long Bytes => (_connection.Number("pragma page_count") - FreePages) * SpoolConnection.PageBytes;

    /// <summary>What its log takes, in bytes.</summary>
    public long LogBytes => new FileInfo(_connection.Path + SpoolFiles.Log) is { Exists: true } log ? log.Length : 0;

    private long FreePages => _connection.Number("pragma freelist_count");

    /// <summary>Opens it, makes it if need be, and checks it.</summary>
    /// <exception cref="SqliteException">It is damaged, or the disk refuses.</exception>
    public static SpoolFile Open(string path)
    {
        // Before SQLite sees it: it takes such a log for empty, and empties it.
        if (SpoolLog.ProblemOf(path) is { } problem)
            throw SpoolDamage.Exception(problem);
        return new(SpoolConnection.Open(path, SetUp));
    }

    /// <summary>Opens one that may be damaged. Nothing of it is changed, also not when it is closed.</summary>
    /// <exception cref="SqliteException">It is no SQLite file at all, or the disk refuses.</exception>
    public static SpoolFile OpenToRead(string path)
    {
        // SQLite deletes the log of a file that is empty.
        if (new FileInfo(path) is { Length: 0 })
            throw SpoolDamage.Exception("The file is empty.");
        return new(SpoolConnection.Open(path, connection => connection.Run("pragma locking_mode = exclusive; pragma query_only = on;")));
    }

    /// <summary>Whether SQLite and the log's checksums find nothing wrong with a file. Nothing of it is changed.</summary>
    /// <exception cref="SqliteException">The disk refuses.</exception>
    public static bool IsWhole(string path)
    {
        if (SpoolLog.ProblemOf(path) is not null)
            return false;
        try
        {
            using var file = OpenToRead(path);
            return Check(file._connection) is "ok";
        }
        catch (SqliteException e) when (SpoolDamage.Is(e))
        {
            return false;
        }
    }

    /// <summary>Keeps all of them or none, in their order.</summary>
    public void Append(IReadOnlyList<SpoolRecord> records) => _connection.InTransaction(() => Waiting.Insert(records));

    /// <summary>Keeps all of them or none, among those that are set aside.</summary>
    public void AppendAside(IReadOnlyList<SpoolRecord> records) => _connection.InTransaction(() => Aside.Insert(records));

    /// <summary>Forgets records, and gives the disk what they took.</summary>
    /// <returns>How many there were.</returns>
    public int Delete(IReadOnlyList<SpooledRecord> records)
    {
        var deleted = 0;
        _connection.InTransaction(() => deleted = Waiting.Delete(records));
        if (FreePages > FreePagesToKeep)
            _connection.Run("pragma incremental_vacuum(4096)");
        return deleted;
    }

    /// <summary>Moves records out of the way; nothing of them is lost.</summary>
    /// <returns>How many there were.</returns>
    public int SetAside(IReadOnlyList<SpooledRecord> records)
    {
        var moved = 0;
        _connection.InTransaction(() =>
        {
            Waiting.CopyTo(Aside, records);
            moved = Waiting.Delete(records);
        });
        return moved;
    }

    /// <summary>Gives the disk all that is free in the file.</summary>
    public void GiveBack()
    {
        _connection.Run("pragma incremental_vacuum");
        Checkpoint();
    }

    /// <summary>Writes the log into the file and empties it, if the disk has room for that. Called by us: SQLite's own checkpoint after a commit hides its errors.</summary>
    public void Checkpoint() => Checkpoint(_connection);

    /// <summary>Writes all of the log into the file, which is then complete without it.</summary>
    /// <exception cref="SqliteException">The disk is full, or refuses: the log is still needed.</exception>
    public void Complete()
    {
        _connection.Run("pragma wal_checkpoint(truncate)");
        if (LogBytes > 0)
            throw new SqliteException("The log could not be written into the file.", SQLitePCL.raw.SQLITE_BUSY);
    }

    /// <summary>A setting of SQLite, as it is in force.</summary>
    public string Pragma(string name) => _connection.Pragma(name);

    public void Dispose() => _connection.Dispose();

    private static string Check(SpoolConnection connection) => connection.Pragma("quick_check(1)");

    private static void SetUp(SpoolConnection connection)
    {
        // Exclusive: SQLite then keeps the log's index in memory, and no second process can open the file.
        connection.Run("pragma locking_mode = exclusive;");
        // Before anything else: some of what follows writes, and a damaged file is kept as it was found.
        if (Check(connection) is var check and not "ok")
            throw SpoolDamage.Exception(check);
        connection.Run($"pragma page_size = {SpoolConnection.PageBytes}; pragma auto_vacuum = incremental;");
        connection.Run("pragma journal_mode = wal; pragma synchronous = full; pragma fullfsync = on; pragma checkpoint_fullfsync = on; pragma wal_autocheckpoint = 0;");
        if (connection.Pragma("journal_mode") != "wal" || connection.Pragma("synchronous") != "2")
            throw new SqliteException("SQLite does not take the settings that make a commit durable.", SQLitePCL.raw.SQLITE_ERROR);
        connection.Run(SpoolTable.Create("records") + SpoolTable.Create("set_aside"));
        Checkpoint(connection);
    }

    private static void Checkpoint(SpoolConnection connection)
    {
        try
        {
            connection.Run("pragma wal_checkpoint(truncate)");
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_FULL)
        {
            // All of it stays in the log, where it is as durable.
        }
    }
}
