using Microsoft.Extensions.Time.Testing;

namespace KkiaEvents.Tests.Unit.Sandbox;

/// <summary>A clock that stands still until told, and knows which waits were begun on it.</summary>
internal sealed class WatchedTime() : FakeTimeProvider(new DateTimeOffset(2024, 2, 24, 10, 30, 45, 883, TimeSpan.Zero))
{
    private readonly List<TimeSpan> _begun = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        lock (_begun) _begun.Add(dueTime);
        return timer;
    }

    /// <summary>Lets a wait of this length pass, once somebody has begun it.</summary>
    public async Task PassAsync(TimeSpan wait)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Begun(wait) == 0) await Task.Delay(2, deadline.Token);
        Advance(wait);
    }

    private int Begun(TimeSpan wait)
    {
        lock (_begun) return _begun.Count(w => w == wait);
    }
}
