using System.Globalization;

namespace KkiaEvents.Chaos.Faults;

/// <summary>A process's wall clock, which can be moved while it runs; its timers go on. By libfaketime, where that is installed.</summary>
/// <param name="file">Where it reads how far it is off.</param>
internal sealed class Clock(string file)
{
    private static readonly string? Library = new[] { "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib" }
        .Select(directory => Path.Combine(directory, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists);

    /// <summary>True when clocks can be moved here.</summary>
    public static bool CanBeMoved => Library is not null;

    /// <summary>What the process must be started with.</summary>
    public IReadOnlyDictionary<string, string?> Settings()
    {
        if (Library is null)
            return new Dictionary<string, string?>();
        Move(TimeSpan.Zero);
        return new Dictionary<string, string?>
        {
            ["LD_PRELOAD"] = Library,
            ["FAKETIME_TIMESTAMP_FILE"] = file,
            ["FAKETIME_CACHE_DURATION"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        };
    }

    /// <summary>Sets it off by this much from now on.</summary>
    public void Move(TimeSpan off)
    {
        // Never half written for whoever reads it at this moment.
        File.WriteAllText(file + ".next", off.TotalSeconds.ToString("+0;-0;+0", CultureInfo.InvariantCulture) + "\n");
        File.Move(file + ".next", file, overwrite: true);
    }

    /// <summary>Moves it to up to a day before or after.</summary>
    /// <param name="draw">0 to 1: which way, and how far.</param>
    public Task<Func<Task>> JumpAsync(double draw)
    {
        Move(TimeSpan.FromHours(24 * (2 * draw - 1)));
        return Task.FromResult<Func<Task>>(() =>
        {
            Move(TimeSpan.Zero);
            return Task.CompletedTask;
        });
    }
}
