using Microsoft.Data.Sqlite;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>
/// The file in use, of a row of files numbered upwards. After an I/O error its successor is made: whatever can be read of
/// it is written anew. A new descriptor on the old file would not do: what the system could not write it may hold to be
/// written all the same, and every later record would lie behind the gap.
/// </summary>
internal sealed partial class SpoolStore(SpoolFolder folder, ILogger log) : IDisposable
{
    private readonly SpoolFiles _files = new(folder);
    private SpoolFile? _file;
    private bool _suspect;

    /// <summary>The file; null while the disk refuses.</summary>
    public SpoolFile? File => _file;

    /// <summary>Opens the spool as it was left.</summary>
    /// <exception cref="SqliteException">The disk refuses.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Open()
    {
        foreach (var orphan in _files.Finish())
            LogOrphan(orphan);
        foreach (var replaced in _files.Replaced())
            PutAway(replaced, SpoolFile.IsWhole(_files.PathOf(replaced)));
        var current = _files.Current();
        if (_suspect && current is { } suspect)
            current = Replace(suspect, SpoolFile.IsWhole(_files.PathOf(suspect)));
        var number = current ?? _files.Next();
        try
        {
            _file = SpoolFile.Open(_files.PathOf(number));
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB)
        {
            LogDamaged(_files.PathOf(number), e.Message);
            _file = SpoolFile.Open(_files.PathOf(Replace(number, whole: false)));
        }

        _suspect = false;
        folder.Synchronize();
    }

    /// <summary>How many damaged files are kept beside it, until a person has looked and taken them away.</summary>
    public int CountDamaged() => _files.CountKept();

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

    /// <summary>Makes a file's successor. The old one is there under its name until the new one is.</summary>
    private long Replace(long old, bool whole)
    {
        var number = _files.Next();
        Salvaged salvaged;
        using (var target = SpoolFile.Open(_files.NewPathOf(number)))
        {
            salvaged = Salvage.Copy(_files.PathOf(old), target);
            target.Complete();
        }

        _files.Install(number);
        LogReplaced(_files.PathOf(number), salvaged.Copied, salvaged.Missing);
        PutAway(old, whole && salvaged.Missing == 0);
        return number;
    }

    // What a damaged file does not show is not counted as missing either: it is kept whatever could be read.
    private void PutAway(long old, bool whole)
    {
        if (whole)
            _files.Remove(old);
        else
            LogKept(_files.Keep(old));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The spool's file {File} is damaged ({Error}): what can be read of it is copied to a new one")]
    private partial void LogDamaged(string file, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The spool goes on in {File}: {Copied} records were copied to it, {Missing} could not be read")]
    private partial void LogReplaced(string file, long copied, long missing);

    [LoggerMessage(Level = LogLevel.Error, Message = "The damaged file of the spool is kept as {File}: webhooks in it that were acknowledged may be missing, and a person must look (sqlite3's .recover)")]
    private partial void LogKept(string file);

    [LoggerMessage(Level = LogLevel.Error, Message = "A log of the spool has lost its file and is kept as {File}: webhooks in it that were acknowledged may be missing, and a person must look")]
    private partial void LogOrphan(string file);
}
