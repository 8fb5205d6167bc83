using System.Globalization;
using Microsoft.Data.Sqlite;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>
/// The file in use, of a row of files numbered upwards. After an I/O error its successor is made: whatever can be read of
/// it is written anew. A new descriptor on the old file would not do: what the system could not write it may hold to be
/// written all the same, and every later record would lie behind the gap.
/// </summary>
internal sealed partial class SpoolStore(SpoolFolder folder, ILogger log) : IDisposable
{
    private const string Extension = ".db";
    private SpoolFile? _file;
    private bool _suspect;

    /// <summary>The file; null while the disk refuses.</summary>
    public SpoolFile? File => _file;

    /// <summary>Opens the spool as it was left.</summary>
    /// <exception cref="SqliteException">The disk refuses.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Open()
    {
        var numbers = Numbers();
        foreach (var unfinished in Directory.GetFiles(folder.Path, "*.new*"))
            System.IO.File.Delete(unfinished);
        // An older one beside it was copied whole, and not yet deleted.
        foreach (var copied in numbers.SkipLast(1))
            Remove(PathOf(copied));
        var current = numbers.LastOrDefault(1);
        if (_suspect)
            current = Rebuild(current);
        try
        {
            _file = SpoolFile.Open(PathOf(current));
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB)
        {
            LogDamaged(PathOf(current), e.Message);
            _file = SpoolFile.Open(PathOf(Rebuild(current)));
        }

        _suspect = false;
        folder.Synchronize();
    }

    /// <summary>Lets go of the file after an error, its descriptor with it.</summary>
    public void Abandon(Exception because)
    {
        // A full disk leaves what was written as it is; anything else leaves doubt.
        _suspect |= because is not SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL };
        Close();
    }

    public void Dispose()
    {
        try
        {
            _file?.Checkpoint();
        }
        catch (SqliteException)
        {
            // It is all in the log.
        }

        Close();
    }

    private void Close()
    {
        try
        {
            _file?.Dispose();
        }
        catch (SqliteException)
        {
            // It is closed all the same.
        }

        _file = null;
    }

    private long Rebuild(long old)
    {
        var (from, fresh) = (PathOf(old), PathOf(old + 1) + ".new");
        if (!System.IO.File.Exists(from))
            return old;
        Salvaged salvaged;
        using (var target = SpoolFile.Open(fresh))
        {
            salvaged = Salvage.Copy(from, target);
            target.Checkpoint();
        }

        // The new one's log is empty now, so that its name alone is it.
        System.IO.File.Delete(fresh + "-wal");
        System.IO.File.Move(fresh, PathOf(old + 1));
        folder.Synchronize();
        if (salvaged.Missing == 0)
            Remove(from);
        else
            Keep(from);
        LogRebuilt(PathOf(old + 1), salvaged.Copied, salvaged.Missing);
        return old + 1;
    }

    private void Keep(string path)
    {
        var kept = path[..^Extension.Length] + ".damaged";
        System.IO.File.Move(path, kept);
        if (System.IO.File.Exists(path + "-wal"))
            System.IO.File.Move(path + "-wal", kept + "-wal");
        LogKept(kept);
    }

    private static void Remove(string path)
    {
        System.IO.File.Delete(path + "-wal");
        System.IO.File.Delete(path);
    }

    private List<long> Numbers() =>
        [.. Directory.GetFiles(folder.Path, $"spool-*{Extension}")
            .Select(path => long.TryParse(Path.GetFileNameWithoutExtension(path)["spool-".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(number => number > 0).Order()];

    private string PathOf(long number) => Path.Combine(folder.Path, string.Create(CultureInfo.InvariantCulture, $"spool-{number:000000}{Extension}"));

    [LoggerMessage(Level = LogLevel.Error, Message = "The spool's file {File} is damaged ({Error}): what can be read of it is copied to a new one")]
    private partial void LogDamaged(string file, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The spool goes on in {File}: {Copied} records were copied to it, {Missing} could not be read")]
    private partial void LogRebuilt(string file, long copied, long missing);

    [LoggerMessage(Level = LogLevel.Error, Message = "The damaged file of the spool is kept as {File}: webhooks in it that were acknowledged may be missing, and a person must look (sqlite3's .recover)")]
    private partial void LogKept(string file);
}
