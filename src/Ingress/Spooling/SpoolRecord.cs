namespace KkiaEvents.Ingress.Spooling;

/// <summary>What is kept: bytes whose meaning the spool does not know.</summary>
/// <param name="SpooledAt">When it was spooled, UTC.</param>
/// <param name="Content">Its bytes, at most <see cref="SpoolFrame.MaxRecordBytes"/>.</param>
internal sealed record SpoolRecord(DateTimeOffset SpooledAt, byte[] Content)
{
    /// <summary>What it takes on disk, in bytes.</summary>
    public int Weight => SpoolFrame.HeaderBytes + Content.Length;
}

/// <summary>A record and its place.</summary>
/// <param name="Place">Grows with each record.</param>
/// <param name="Record">The record.</param>
internal sealed record SpooledRecord(SpoolPlace Place, SpoolRecord Record);

/// <summary>Where a record lies: the segment's number, and how many records lie before it in there.</summary>
internal readonly record struct SpoolPlace(long Segment, int Index) : IComparable<SpoolPlace>
{
    /// <summary>Before the first.</summary>
    public static readonly SpoolPlace Start = new(0, -1);

    public int CompareTo(SpoolPlace other) => Segment != other.Segment ? Segment.CompareTo(other.Segment) : Index.CompareTo(other.Index);
}
