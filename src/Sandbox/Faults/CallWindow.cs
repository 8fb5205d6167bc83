namespace KkiaEvents.Sandbox.Faults;

/// <summary>Counts calls within each second of the clock.</summary>
internal sealed class CallWindow(TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _second;
    private int _calls;

    /// <returns>False when this second has had its calls.</returns>
    public bool TryTake(int perSecond)
    {
        var second = time.GetUtcNow().ToUnixTimeSeconds();
        lock (_lock)
        {
            if (second != _second) (_second, _calls) = (second, 0);
            if (_calls >= perSecond) return false;
            _calls++;
            return true;
        }
    }
}
