using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>
/// One file of the spool, <c>NUMBER-MARKER.segment</c>: records one behind the other, only ever added to, and deleted as a whole
/// once the broker has all of them. Whatever goes wrong while it is written ends it, and the next records go into another:
/// after a failed fsync nobody knows what of the file the disk has, and asking again would not tell.
/// </summary>
internal sealed class SpoolSegment : IDisposable
{
    public const string Ending = ".segment";
    public const string DamagedEnding = ".damaged";
    private const string TakenEnding = ".taken";
    private const int TakenBytes = 12;
    private readonly SafeFileHandle _file;
    private readonly ulong _marker;
    private readonly List<Entry> _entries = [];
    private SafeFileHandle? _taken;
    private int _first;

    private SpoolSegment(string path, long number, ulong marker, SafeFileHandle file)
    {
        (Path, Number, _marker, _file) = (path, number, marker, file);
    }

    public string Path { get; }

    /// <summary>Where it is noted which records are taken. Never synchronized: what it lacks after a power cut is sent again.</summary>
    public string TakenPath => System.IO.Path.ChangeExtension(Path, TakenEnding);

    public long Number { get; }

    /// <summary>How many bytes of it count.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many of its records the broker does not have yet.</summary>
    public int Waiting { get; private set; }

    /// <summary>True when something that was written can't be read: then it is kept for a person, not deleted.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>When the first was spooled that waits, UTC; null when none does.</summary>
    public DateTimeOffset? Oldest
    {
        get
        {
            while (_first < _entries.Count && _entries[_first].Gone)
                _first++;
            return _first < _entries.Count ? _entries[_first].At : null;
        }
    }

    /// <summary>Makes an empty one. It is certain to be there after a power cut only once the folder is synchronized.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static SpoolSegment Create(string folder, long number)
    {
        var marker = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(SpoolFrame.MarkerBytes));
        var path = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{number:000000}-{marker:x16}{Ending}"));
        return new(path, number, marker, File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read));
    }

    /// <summary>Opens one as it was left.</summary>
    /// <param name="path">A path whose name is a segment's.</param>
    /// <param name="damage">Is told of each stretch that can't be read: its first byte, and the first behind it.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static SpoolSegment Open(string path, Action<long, long> damage)
    {
        if (!TryName(path, out var number, out var marker))
            throw new IOException($"{path} is no segment's name.");
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            var segment = new SpoolSegment(path, number, marker, file);
            var bytes = new byte[RandomAccess.GetLength(file)];
            ReadAll(file, bytes, 0);
            segment.Scan(bytes, damage);
            segment.ReadTaken();
            return segment;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static bool TryName(string path, out long number, out ulong marker)
    {
        (number, marker) = (0, 0);
        return System.IO.Path.GetFileName(path).Split('-', '.') is [var digits, var hex, ..]
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0
            && ulong.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out marker);
    }

    /// <summary>Writes records behind the last, and returns once the disk has them. They count only after <see cref="Add"/>.</summary>
    /// <exception cref="IOException">The disk refuses: the segment must not be written to again.</exception>
    public void Write(IReadOnlyList<SpoolRecord> records)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(records.Sum(r => r.Weight));
        try
        {
            var length = 0;
            foreach (var record in records)
                length += SpoolFrame.Write(buffer.AsSpan(length), _marker, record);
            RandomAccess.Write(_file, buffer.AsSpan(0, length), Bytes);
            FolderDescriptor.Synchronize(_file);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Counts what was written.</summary>
    public void Add(IReadOnlyList<SpoolRecord> records)
    {
        foreach (var record in records)
            Enter(Bytes, record.Weight, record.SpooledAt);
    }

    /// <summary>Takes back what was written and does not count, as far as the disk lets it: it was not acknowledged, and is no damage.</summary>
    public void CutBack()
    {
        try
        {
            RandomAccess.SetLength(_file, Bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then it is sent once more than it was acknowledged.
        }
    }

    /// <summary>The places of records that wait, behind an index.</summary>
    public IEnumerable<int> WaitingAfter(int index)
    {
        for (var i = Math.Max(index + 1, _first); i < _entries.Count; i++)
        {
            if (!_entries[i].Gone)
                yield return i;
        }
    }

    /// <summary>One record; null when its bytes are not those that were written.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public SpoolRecord? Read(int index)
    {
        var bytes = new byte[_entries[index].Length];
        ReadAll(_file, bytes, _entries[index].Offset);
        if (SpoolFrame.Read(bytes, _marker, out _, out var record) == FrameKind.Whole)
            return record;
        IsDamaged = true;
        return null;
    }

    /// <summary>Forgets records that somebody else has, or that can't be read.</summary>
    public void Forget(IReadOnlyCollection<int> indexes)
    {
        var notes = new byte[indexes.Count * TakenBytes];
        var length = 0;
        foreach (var index in indexes.Where(i => !_entries[i].Gone))
        {
            Note(_entries[index].Offset, notes.AsSpan(length));
            length += TakenBytes;
            Gone(index);
        }

        try
        {
            _taken ??= File.OpenHandle(TakenPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            RandomAccess.Write(_taken, notes.AsSpan(0, length), RandomAccess.GetLength(_taken) / TakenBytes * TakenBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next process sends them again.
        }
    }

    /// <summary>Deletes it, for nobody needs it any more; where it is damaged it is kept for a person.</summary>
    /// <returns>False when the disk refuses.</returns>
    public bool PutAway()
    {
        Dispose();
        try
        {
            File.Delete(TakenPath);
            if (IsDamaged)
                File.Move(Path, Path + DamagedEnding);
            else
                File.Delete(Path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return !File.Exists(Path);
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _taken?.Dispose();
    }

    // Each note vouches for itself: a damaged one must not take a record along that nobody has.
    private void Note(long offset, Span<byte> to)
    {
        Span<byte> whole = stackalloc byte[SpoolFrame.MarkerBytes + sizeof(long)];
        BinaryPrimitives.WriteUInt64LittleEndian(whole, _marker);
        BinaryPrimitives.WriteInt64LittleEndian(whole[SpoolFrame.MarkerBytes..], offset);
        whole[SpoolFrame.MarkerBytes..].CopyTo(to);
        BinaryPrimitives.WriteUInt32LittleEndian(to[sizeof(long)..], SpoolFrame.ChecksumOf(whole));
    }

    private void ReadTaken()
    {
        if (!File.Exists(TakenPath))
            return;
        var notes = File.ReadAllBytes(TakenPath);
        var indexes = _entries.Select((entry, index) => (entry.Offset, index)).ToDictionary(e => e.Offset, e => e.index);
        Span<byte> right = stackalloc byte[TakenBytes];
        for (var at = 0; at + TakenBytes <= notes.Length; at += TakenBytes)
        {
            var note = notes.AsSpan(at, TakenBytes);
            var offset = BinaryPrimitives.ReadInt64LittleEndian(note);
            Note(offset, right);
            if (note.SequenceEqual(right) && indexes.TryGetValue(offset, out var index))
                Gone(index);
        }
    }

    private void Gone(int index)
    {
        if (!_entries[index].Gone)
            Waiting--;
        _entries[index] = _entries[index] with { Gone = true };
    }

    private void Scan(ReadOnlySpan<byte> bytes, Action<long, long> damage)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var rest = bytes[at..];
            switch (SpoolFrame.Read(rest, _marker, out var length, out var record))
            {
                case FrameKind.Whole:
                    Enter(at, length, record!.SpooledAt);
                    at += length;
                    continue;
                case FrameKind.Unfinished:
                    return;
                case FrameKind.None:
                    length = NextFrame(rest);
                    break;
            }

            IsDamaged = true;
            damage(at, at + length);
            at += length;
        }
    }

    private int NextFrame(ReadOnlySpan<byte> rest)
    {
        Span<byte> marker = stackalloc byte[SpoolFrame.MarkerBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(marker, _marker);
        return rest[1..].IndexOf(marker) is >= 0 and var next ? next + 1 : rest.Length;
    }

    private void Enter(long offset, int length, DateTimeOffset at)
    {
        _entries.Add(new(offset, length, at, Gone: false));
        Waiting++;
        Bytes = offset + length;
    }

    private static void ReadAll(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            var read = RandomAccess.Read(file, bytes, offset);
            if (read == 0)
                throw new EndOfStreamException("The file is shorter than it was.");
            bytes = bytes[read..];
            offset += read;
        }
    }

    private readonly record struct Entry(long Offset, int Length, DateTimeOffset At, bool Gone);
}
