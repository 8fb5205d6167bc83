using System.Diagnostics;
using System.Globalization;
using KkiaEvents.Bench.Running;

namespace KkiaEvents.Bench.Observing;

/// <summary>
/// Who used the processors (Linux's /proc): each of our parts, and everybody else on the machine. Says where the limit
/// is, and whether a figure was disturbed.
/// </summary>
internal sealed class CpuTimes
{
    public const string Others = "others";
    private const double TicksPerSecond = 100;
    private readonly Dictionary<int, (string Part, double Seconds)> processes = [];
    private double busy;
    private long at;

    /// <summary>Reads them now.</summary>
    public static CpuTimes Read(BenchSystem system)
    {
        var times = new CpuTimes { at = Stopwatch.GetTimestamp() };
        if (!File.Exists("/proc/stat"))
            return times;
        var total = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        // user, nice, system, (idle, iowait,) irq, softirq, steal; guests are counted within user.
        times.busy = (total[0] + total[1] + total[2] + total[5] + total[6] + total[7]) / TicksPerSecond;
        var known = system.Processes.Where(process => process.ProcessId is not null).ToDictionary(process => process.ProcessId!.Value, process => process.Name);
        known[Environment.ProcessId] = "bench";
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && (known.GetValueOrDefault(id) ?? PartOf(folder, system)) is { } part)
            {
                times.processes[id] = (part, SecondsOf(folder));
            }
        }

        return times;
    }

    /// <summary>Seconds of processor time that each part used since an earlier reading; <see cref="Others"/> is what the rest of the machine used.</summary>
    public CpuUse Since(CpuTimes earlier)
    {
        var seconds = processes
            .GroupBy(process => process.Value.Part)
            .ToDictionary(
                part => part.Key,
                part => part.Sum(process => process.Value.Seconds - (earlier.processes.TryGetValue(process.Key, out var before) ? before.Seconds : 0)));
        seconds[Others] = Math.Max(0, busy - earlier.busy - seconds.Values.Sum());
        return new(seconds, Stopwatch.GetElapsedTime(earlier.at, at).TotalSeconds);
    }

    // The servers' processes have their own directories as working directories.
    private static string? PartOf(string folder, BenchSystem system)
    {
        try
        {
            var directory = new FileInfo(Path.Combine(folder, "cwd")).LinkTarget;
            return directory is null || !directory.StartsWith(system.Layout.Services, StringComparison.Ordinal) ? null
                : directory.Contains("/rabbitmq", StringComparison.Ordinal) ? "rabbitmq" : "postgresql";
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static double SecondsOf(string folder)
    {
        try
        {
            // "pid (name) state ppid …", and a name may hold spaces and parentheses; utime and stime are the 14th and 15th.
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}

/// <summary>Who used the processors for how long.</summary>
/// <param name="Seconds">Seconds of processor time, by part.</param>
/// <param name="Elapsed">Seconds that went by.</param>
internal sealed record CpuUse(IReadOnlyDictionary<string, double> Seconds, double Elapsed);
