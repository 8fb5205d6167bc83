namespace DotnetSubscriber;

/// <summary>
/// The ids of the latest events, so that a repeat is ignored. Good enough for a sample only: in production, insert the
/// event id under a unique key in the same database transaction as your own write. Then a crash between the two, and
/// two instances at once, are covered as well.
/// </summary>
internal sealed class HandledEvents
{
    private const int Remembered = 10_000;
    private readonly Lock adding = new();
    private readonly HashSet<Guid> ids = [];
    private readonly Queue<Guid> oldestFirst = new();

    /// <summary>False when the event was handled before.</summary>
    public bool TryAdd(Guid eventId)
    {
        lock (adding)
        {
            if (!ids.Add(eventId))
                return false;
            oldestFirst.Enqueue(eventId);
            if (oldestFirst.Count > Remembered)
                ids.Remove(oldestFirst.Dequeue());
            return true;
        }
    }

    /// <summary>For an event whose handling failed: it counts as new again.</summary>
    public void Forget(Guid eventId)
    {
        lock (adding)
            ids.Remove(eventId);
    }
}
