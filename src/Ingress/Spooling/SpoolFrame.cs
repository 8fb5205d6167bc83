using System.Buffers.Binary;
using System.Numerics;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>What lies at a place of a segment.</summary>
internal enum FrameKind
{
    /// <summary>A record, as it was written.</summary>
    Whole,

    /// <summary>A record of this length whose bytes are not those that were written.</summary>
    Damaged,

    /// <summary>The beginning of a record that was never finished, and so never acknowledged.</summary>
    Unfinished,

    /// <summary>No record begins here.</summary>
    None,
}

/// <summary>
/// The form of a record on disk, numbers in little-endian order: the segment's marker (8 bytes), the record's length (4) and
/// time (8 bytes, UTC ticks), CRC-32C of these (4), CRC-32C of the record (4), the record. The marker is drawn for each
/// segment, so that nothing inside of a record can pass for one where a reader looks for the next.
/// </summary>
internal static class SpoolFrame
{
    public const int HeaderBytes = 28;

    public const int MarkerBytes = 8;

    public const int MaxRecordBytes = 16 << 20;

    private const int CheckedBytes = 20;

    /// <summary>Writes one.</summary>
    /// <returns>How many bytes it took.</returns>
    public static int Write(Span<byte> to, ulong marker, SpoolRecord record)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to, marker);
        BinaryPrimitives.WriteInt32LittleEndian(to[8..], record.Content.Length);
        BinaryPrimitives.WriteInt64LittleEndian(to[12..], record.SpooledAt.UtcTicks);
        BinaryPrimitives.WriteUInt32LittleEndian(to[CheckedBytes..], ChecksumOf(to[..CheckedBytes]));
        BinaryPrimitives.WriteUInt32LittleEndian(to[24..], ChecksumOf(record.Content));
        record.Content.CopyTo(to[HeaderBytes..]);
        return HeaderBytes + record.Content.Length;
    }

    /// <summary>What lies at the beginning of these bytes, which end where the segment does.</summary>
    /// <param name="bytes">From the place to the segment's end.</param>
    /// <param name="marker">The segment's marker.</param>
    /// <param name="length">How long the whole frame is; 0 where its header can't be read.</param>
    /// <param name="record">The record where it is whole.</param>
    public static FrameKind Read(ReadOnlySpan<byte> bytes, ulong marker, out int length, out SpoolRecord? record)
    {
        (length, record) = (0, null);
        if (bytes.Length < HeaderBytes)
            return IsBeginning(bytes, marker) ? FrameKind.Unfinished : FrameKind.None;
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) != marker || BinaryPrimitives.ReadUInt32LittleEndian(bytes[CheckedBytes..]) != ChecksumOf(bytes[..CheckedBytes]))
            return FrameKind.None;
        var content = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        length = HeaderBytes + content;
        if (bytes.Length < length)
            return FrameKind.Unfinished;
        var spooled = bytes[HeaderBytes..length];
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]) != ChecksumOf(spooled))
            return FrameKind.Damaged;
        record = new(new(BinaryPrimitives.ReadInt64LittleEndian(bytes[12..]), TimeSpan.Zero), spooled.ToArray());
        return FrameKind.Whole;
    }

    /// <summary>CRC-32C (Castagnoli).</summary>
    public static uint ChecksumOf(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes)
            crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }

    private static bool IsBeginning(ReadOnlySpan<byte> bytes, ulong marker)
    {
        Span<byte> whole = stackalloc byte[MarkerBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(whole, marker);
        var known = Math.Min(bytes.Length, MarkerBytes);
        return bytes[..known].SequenceEqual(whole[..known]);
    }
}
