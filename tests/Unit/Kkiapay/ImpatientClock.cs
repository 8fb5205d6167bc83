using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace KkiaEvents.Tests.Unit.Kkiapay;

/// <summary>
/// A clock that passes as fast as someone awaits it, and only then: while a call is at work, however slow the machine, no
/// time passes. A call awaits the clock when it has begun a delay, or when it says so (<see cref="Awaited"/>).
/// </summary>
internal sealed class ImpatientClock : FakeTimeProvider
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RealDeadline = TimeSpan.FromSeconds(60);
    private readonly Channel<bool> _changes = Channel.CreateUnbounded<bool>();
    private volatile bool _awaited;

    public ImpatientClock()
        : base(new DateTimeOffset(2024, 2, 24, 10, 30, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Nothing goes on but by the clock.</summary>
    public void Awaited()
    {
        _awaited = true;
        _changes.Writer.TryWrite(true);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(
            s =>
            {
                _awaited = false;
                callback(s);
            },
            state,
            dueTime,
            period);
        // A time-out is a limit on work that goes on; any other timer is a wait.
        if (state is not CancellationTokenSource)
            Awaited();
        return timer;
    }

    /// <summary>Lets time pass until the task has ended; gives up after more of it than any call may take.</summary>
    public async Task<T> Until<T>(Task<T> task)
    {
        var deadline = GetUtcNow() + TimeSpan.FromHours(2);
        while (!task.IsCompleted && GetUtcNow() < deadline)
        {
            if (_awaited)
                Advance(Step);
            else if (await Task.WhenAny(task, _changes.Reader.ReadAsync().AsTask(), Task.Delay(RealDeadline)) is var first && first != task && first is not Task<bool>)
                break;
        }

        Assert.True(task.IsCompleted, "The call did not end.");
        return await task;
    }
}
