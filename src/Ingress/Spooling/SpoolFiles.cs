using System.Globalization;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>
/// The names in the spool's folder: <c>NUMBER-MARKER.segment</c> holds records that wait, the same with <c>.damaged</c> behind it is
/// one that a person must look at, <c>NUMBER-INDEX.aside</c> one record that nobody could make sense of.
/// </summary>
internal sealed class SpoolFiles(SpoolFolder folder) : IDisposable
{
    private const string AsideEnding = ".aside";
    private const string EarlierPattern = "spool-*.db";

    /// <summary>Makes a new segment, behind all that there are or were; it is there after a power cut.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public SpoolSegment Create()
    {
        var segment = SpoolSegment.Create(folder.Path, Next());
        try
        {
            folder.Synchronize();
            return segment;
        }
        catch
        {
            segment.PutAway();
            throw;
        }
    }

    /// <summary>The segments that are in the folder, but for these.</summary>
    public IReadOnlyList<string> Others(IEnumerable<SpoolSegment> known)
    {
        var paths = known.Select(s => s.Path).ToHashSet(StringComparer.Ordinal);
        return [.. Directory.GetFiles(folder.Path, "*" + SpoolSegment.Ending).Where(path => SpoolSegment.TryName(path, out _, out _) && !paths.Contains(path)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Writes a record into a file of its own.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="IOException">The disk refuses.</exception>
    public string SetAside(SpooledRecord record)
    {
        var path = Path.Combine(folder.Path, string.Create(CultureInfo.InvariantCulture, $"{record.Place.Segment:000000}-{record.Place.Index}{AsideEnding}"));
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, record.Record.Content, 0);
            FolderDescriptor.Synchronize(file);
        }

        folder.Synchronize();
        return path;
    }

    /// <summary>What waits for a person: damaged files, the spool of an earlier version among them, and records set aside.</summary>
    public (int Damaged, int Aside) CountKept() =>
        (Count("*" + SpoolSegment.DamagedEnding) + Count(EarlierPattern), Count("*" + AsideEnding));

    /// <summary>Files of versions that kept their spool in another form.</summary>
    public IReadOnlyList<string> Earlier() => Directory.GetFiles(folder.Path, EarlierPattern);

    public void Dispose() => folder.Dispose();

    private int Count(string pattern) => Directory.GetFiles(folder.Path, pattern).Length;

    private long Next() =>
        Directory.GetFiles(folder.Path).Select(path => SpoolSegment.TryName(path, out var number, out _) ? number : 0).DefaultIfEmpty().Max() + 1;
}
