using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace KkiaEvents.Tests.Unit.Kkiapay;

/// <summary>A clock that passes as fast as someone awaits: no test waits for real time, and none depends on it.</summary>
internal sealed class ImpatientClock : FakeTimeProvider
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private int _set;
    private int _rung;

    public ImpatientClock()
        : base(new DateTimeOffset(2024, 2, 24, 10, 30, 0, TimeSpan.Zero))
    {
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(
            s =>
            {
                Interlocked.Increment(ref _rung);
                callback(s);
            },
            state,
            dueTime,
            period);
        Interlocked.Increment(ref _set);
        return timer;
    }

    /// <summary>Lets time pass until the task has ended; gives up after more of it than any call may take.</summary>
    public async Task<T> Until<T>(Task<T> task)
    {
        var deadline = GetUtcNow() + TimeSpan.FromHours(2);
        while (!task.IsCompleted && GetUtcNow() < deadline)
        {
            var (set, rung) = (Volatile.Read(ref _set), Volatile.Read(ref _rung));
            Advance(Step);

            // A timer that rang makes the call end or set its next timer; before that, no more time may pass.
            var real = Stopwatch.StartNew();
            while (rung != Volatile.Read(ref _rung) && set == Volatile.Read(ref _set) && !task.IsCompleted
                && real.Elapsed < TimeSpan.FromSeconds(10))
            {
                await Task.Yield();
            }

            // What follows at once, the request itself, gets some turns of the pool.
            for (var turn = 0; turn < 20 && !task.IsCompleted; turn++)
                await Task.Yield();
        }

        Assert.True(task.IsCompleted, "The call did not end.");
        return await task;
    }
}
