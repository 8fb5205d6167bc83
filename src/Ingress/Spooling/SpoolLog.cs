using System.Buffers.Binary;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>
/// SQLite's log beside a file (sqlite.org/fileformat2.html, "The Write-Ahead Log"). SQLite reads it up to the first frame whose
/// checksum is wrong, and takes that for its end without a word. So it is looked at before: behind its end there must be no
/// commit. A kill leaves none there; damage does, and so can a power cut within the last commit.
/// </summary>
internal static class SpoolLog
{
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;
    private const uint Magic = 0x377F0682;

    /// <summary>What is wrong with the log of a file; null when nothing is.</summary>
    public static string? ProblemOf(string file)
    {
        var path = file + SpoolFiles.Log;
        if (new FileInfo(path) is not { Exists: true, Length: >= HeaderBytes + FrameHeaderBytes + SpoolConnection.PageBytes })
            return null;
        if (new FileInfo(file) is not { Exists: true, Length: > 0 })
            return "it is empty, and its log is not.";
        using var log = File.OpenRead(path);
        return ProblemOf(log);
    }

    private static string? ProblemOf(Stream log)
    {
        var header = new byte[HeaderBytes];
        log.ReadExactly(header);
        // The lowest bit says in which order the bytes are summed.
        var big = (Number(header, 0) & 1) == 1;
        var sum = Sum(default, header.AsSpan(0, 24), big);
        // SQLite syncs the header before it writes a frame.
        if ((Number(header, 0) & ~1u) != Magic || sum != Checksum(header, 24) || Number(header, 8) != SpoolConnection.PageBytes)
            return "the header of its log is wrong.";

        var frame = new byte[FrameHeaderBytes + SpoolConnection.PageBytes];
        var broken = false;
        while (log.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length)
        {
            // What an earlier use of the same log left behind has other salts.
            var ours = frame.AsSpan(8, 8).SequenceEqual(header.AsSpan(16, 8));
            if (!broken)
                sum = Sum(Sum(sum, frame.AsSpan(0, 8), big), frame.AsSpan(FrameHeaderBytes), big);
            broken |= !ours || sum != Checksum(frame, 16);
            if (broken && ours && Number(frame, 4) > 0)
                return "a commit in its log lies behind a place that can't be read.";
        }

        return null;
    }

    private static uint Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    private static (uint, uint) Checksum(ReadOnlySpan<byte> bytes, int at) => (Number(bytes, at), Number(bytes, at + 4));

    private static (uint, uint) Sum((uint, uint) sum, ReadOnlySpan<byte> bytes, bool big)
    {
        var (first, second) = sum;
        for (var at = 0; at < bytes.Length; at += 8)
        {
            first += Word(bytes[at..], big) + second;
            second += Word(bytes[(at + 4)..], big) + first;
        }

        return (first, second);
    }

    private static uint Word(ReadOnlySpan<byte> bytes, bool big) => big ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
