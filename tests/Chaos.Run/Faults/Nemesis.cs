using System.Collections.Concurrent;
using System.Diagnostics;
using KkiaEvents.Bench.Measurements;
using KkiaEvents.Chaos.Judging;

namespace KkiaEvents.Chaos.Faults;

/// <summary>Does what the schedule says, and heals each.</summary>
internal sealed class Nemesis(FaultBook book, int seed, TimeSpan duration)
{
    private readonly ConcurrentQueue<Fault> done = new();
    private readonly ConcurrentQueue<string> refused = new();

    /// <summary>What was done, from before it was done until after it was healed.</summary>
    public IReadOnlyCollection<Fault> Done => done;

    /// <summary>Faults that could not be done, because another one was on: a database that is frozen takes no administrator's session.</summary>
    public IReadOnlyCollection<string> Refused => refused;

    /// <summary>Returns when all is done and healed.</summary>
    public Task RunAsync(CancellationToken cancellation)
    {
        var from = Stopwatch.GetTimestamp();
        return Task.WhenAll(
            LaneAsync(book.Services, FaultSchedule.Lane([.. book.Services.Keys], seed, duration), from, cancellation),
            LaneAsync(book.Foundations, FaultSchedule.Lane([.. book.Foundations.Keys], ~seed, duration), from, cancellation));
    }

    private async Task LaneAsync(IReadOnlyDictionary<string, DoFault> faults, IEnumerable<PlannedFault> planned, long from, CancellationToken cancellation)
    {
        foreach (var fault in planned)
        {
            // What came before may have taken longer than planned: a broker needs its time to start.
            if (Stopwatch.GetElapsedTime(from) > duration)
                return;
            if (fault.After - Stopwatch.GetElapsedTime(from) is { Ticks: > 0 } wait)
                await Task.Delay(wait, cancellation).ConfigureAwait(false);
            var at = DateTimeOffset.UtcNow;
            try
            {
                var heal = await faults[fault.Kind](fault.Draw).ConfigureAwait(false);
                await Task.Delay(fault.Lasts, cancellation).ConfigureAwait(false);
                await heal().ConfigureAwait(false);
            }
            catch (Exception e) when (e is Npgsql.NpgsqlException or CliWrap.Exceptions.CommandExecutionException)
            {
                refused.Enqueue($"{fault.Kind}: {e.Message.Split('\n')[0]}");
                continue;
            }

            done.Enqueue(new(fault.Kind, at, DateTimeOffset.UtcNow));
            Stage.Say($"  {(at - DateTimeOffset.UtcNow + Stopwatch.GetElapsedTime(from)).TotalSeconds,4:0} s  {fault.Kind}, {(DateTimeOffset.UtcNow - at).TotalSeconds:0.0} s");
        }
    }
}
