using System.IO.Pipelines;
using KkiaEvents.Console.Auditing;
using Microsoft.Extensions.Time.Testing;

namespace KkiaEvents.Tests.Unit.Console;

/// <summary>An answer that is longer than memory, and clients of every kind.</summary>
public class PatientStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly FakeTimeProvider _time = new();
    private readonly Pipe _connection = new(new(pauseWriterThreshold: 1024, resumeWriterThreshold: 512, useSynchronizationContext: false));

    [Fact]
    public async Task A_client_that_takes_nothing_is_given_up_and_one_that_is_slow_is_not()
    {
        await using var answer = new PatientStream(_connection.Writer, Patience, _time);
        for (var portion = 0; portion < 5; portion++)
        {
            var taken = answer.WriteAsync(new byte[64 * 1024], Token).AsTask();
            Assert.False(taken.IsCompleted);
            _time.Advance(Patience - TimeSpan.FromSeconds(1));
            var read = await _connection.Reader.ReadAsync(Token);
            _connection.Reader.AdvanceTo(read.Buffer.End);
            await taken;
        }

        var stalled = answer.WriteAsync(new byte[64 * 1024], Token).AsTask();
        _time.Advance(Patience);
        var given = await Assert.ThrowsAsync<IOException>(() => stalled);
        Assert.Contains("64 KiB in 30 s", given.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Little_waits_until_it_is_much()
    {
        await using var answer = new PatientStream(_connection.Writer, Patience, _time);
        await answer.WriteAsync(new byte[100], Token);
        Assert.False(_connection.Reader.TryRead(out _));
        var flushed = answer.FlushAsync(Token);
        Assert.Equal(100, (await _connection.Reader.ReadAsync(Token)).Buffer.Length);
        await flushed;
    }

    [Fact]
    public async Task A_client_that_is_gone_ends_it()
    {
        await using var answer = new PatientStream(_connection.Writer, Patience, _time);
        await _connection.Reader.CompleteAsync();
        await Assert.ThrowsAsync<IOException>(() => answer.WriteAsync(new byte[64 * 1024], Token).AsTask());
    }
}
