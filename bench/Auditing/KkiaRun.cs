using System.Diagnostics;
using System.Globalization;

namespace KkiaEvents.Bench.Auditing;

/// <summary>One call of <c>kkia</c> as a process, from its start to its end.</summary>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Elapsed">How long it ran.</param>
/// <param name="Processor">How much processor time it took: unlike the elapsed time, hardly more on a machine that others use too.</param>
/// <param name="Output">What it printed, complaints last.</param>
/// <param name="Memory">Its resident memory in MiB, every 100 ms.</param>
internal sealed record KkiaRun(int ExitCode, TimeSpan Elapsed, TimeSpan Processor, string Output, IReadOnlyList<double> Memory)
{
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Resident memory once the program had come up: after a fifth of its time.</summary>
    public double EarlyMemory => Memory.Count == 0 ? 0 : Memory[Memory.Count / 5];

    public double PeakMemory => Memory.DefaultIfEmpty().Max();

    public static async Task<KkiaRun> OfAsync(string program, IReadOnlyDictionary<string, string> settings, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        var before = OfChildren();
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        var memory = new List<double>();
        var ended = process.WaitForExitAsync(cancellation);
        while (await Task.WhenAny(ended, Task.Delay(SampleEvery, cancellation)) != ended)
        {
            if (ResidentMemory(process.Id) is { } now)
                memory.Add(now);
        }

        await ended;
        var elapsed = watch.Elapsed;
        return new(process.ExitCode, elapsed, OfChildren() - before, await output + await error, memory);
    }

    // proc(5): the user and system time of children that were waited for, in ticks of 10 ms. There is one such child at a time.
    private static TimeSpan OfChildren()
    {
        var fields = File.ReadAllText("/proc/self/stat").Split(") ", 2)[1].Split(' ');
        return TimeSpan.FromMilliseconds(10 * (long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture)));
    }

    private static double? ResidentMemory(int id)
    {
        try
        {
            var line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? null : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
