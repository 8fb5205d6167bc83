namespace KkiaEvents.Ingress.Spooling;

/// <summary>What the spool holds.</summary>
/// <param name="Depth">Records that wait.</param>
/// <param name="Bytes">What its segments take.</param>
/// <param name="Oldest">Since when the first of them waits, UTC.</param>
/// <param name="SetAside">Records that can't be read.</param>
/// <param name="Damaged">Damaged files, kept for a person: acknowledged webhooks may be missing.</param>
/// <param name="Problem">Why it can't keep anything, or can't give what it holds; null when it can do both.</param>
internal sealed record SpoolState(long Depth, long Bytes, DateTimeOffset? Oldest, long SetAside, int Damaged, string? Problem)
{
    public static readonly SpoolState Closed = new(0, 0, null, 0, 0, "The spool is not open.");
}
