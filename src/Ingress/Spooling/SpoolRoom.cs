namespace KkiaEvents.Ingress.Spooling;

/// <summary>How many bytes of records may come.</summary>
/// <param name="Bytes">So many.</param>
/// <param name="Refusal">What more than that is told.</param>
internal sealed record Room(long Bytes, string Refusal);

/// <summary>Leaves room on the disk: the spool keeps to its setting, and never fills a disk so far that nothing could be deleted from it.</summary>
internal sealed class SpoolRoom(SpoolOptions options)
{
    // What deleting records needs: without it a disk that we filled could not be emptied by draining.
    private const long RoomToDelete = 256 << 10;

    /// <summary>The room that there is, by the setting and by the disk.</summary>
    /// <param name="held">What the spool holds, in bytes.</param>
    /// <param name="log">What its log takes; null while the disk refuses.</param>
    public Room For(long held, long? log)
    {
        var allowed = new Room(options.MaxBytes - held, $"it holds {options.MaxBytes >> 20} MiB, which {SpoolOptions.MaxMegabytesKey} allows.");
        if (log is not { } logBytes)
            return allowed;
        var free = OnDisk(logBytes);
        return free.Bytes < allowed.Bytes ? free : allowed;
    }

    // A disk that does not even tell how much is free takes nothing; it must not end the thread, and the process with it.
    private Room OnDisk(long log)
    {
        try
        {
            // A record is written twice, to the log and to the file.
            return new((new DriveInfo(options.Directory).AvailableFreeSpace - log - RoomToDelete) / 2, $"the disk of {SpoolOptions.DirectoryKey} is full.");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return new(0, $"the disk of {SpoolOptions.DirectoryKey} does not answer: {e.Message}");
        }
    }
}
