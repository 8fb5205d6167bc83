using System.Diagnostics;
using CliWrap;
using KkiaEvents.Bench.Running;
using KkiaEvents.Local.Backing;
using KkiaEvents.Local.Supervision;

namespace KkiaEvents.Chaos.Faults;

/// <summary>What a spool's disk does on a bad day. Neither is possible everywhere: see <see cref="LetsTrace"/> and <see cref="LetsMount"/>.</summary>
internal static class DiskFaults
{
    private const int FullDiskBytes = 6 << 20;

    /// <summary>Says that this process has a mount name space of its own, in which it may mount.</summary>
    private const string OwnMounts = "KKIAEVENTS_OWN_MOUNTS";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    /// <summary>True when strace is here and may look into another process.</summary>
    public static bool LetsTrace { get; } = Succeeds("strace", "-f", "-o", "/dev/null", "true");

    /// <summary>True when a small file system can be had that nobody else sees.</summary>
    public static bool LetsMount { get; } = Environment.GetEnvironmentVariable(OwnMounts) == "1";

    /// <summary>Puts a small disk at this place; it lasts as long as this process.</summary>
    public static async Task MountSmallAsync(string directory)
    {
        Directory.CreateDirectory(directory);
        await Cli.Wrap("mount").WithArguments(["-t", "tmpfs", "-o", $"size={FullDiskBytes}", "spool", directory]).ExecuteAsync().ConfigureAwait(false);
    }

    /// <summary>Has every sync of the process fail, until it is healed.</summary>
    public static async Task<Func<Task>> FailSyncAsync(BenchProcess process)
    {
        if (process.ProcessId is not { } id)
            return () => Task.CompletedTask;
        var attached = new TaskCompletionSource();
        var strace = SupervisedProcess.Start(
            Cli.Wrap("strace").WithArguments(
                ["-f", "-p", $"{id}", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync:error=EIO", "-e", "inject=fdatasync:error=EIO"]),
            line =>
            {
                if (line.Contains("attached", StringComparison.Ordinal))
                    attached.TrySetResult();
            });
        await Task.WhenAny(attached.Task, strace.Exited, Task.Delay(StartPatience)).ConfigureAwait(false);
        return async () =>
        {
            await strace.StopAsync(UnixSignal.Terminate, StartPatience).ConfigureAwait(false);
            strace.Dispose();
        };
    }

    /// <summary>Leaves no byte free where the spool is, until it is healed.</summary>
    public static async Task<Func<Task>> FillAsync(string directory)
    {
        var ballast = Path.Combine(directory, "ballast");
        await using (var file = new FileStream(ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1))
        {
            try
            {
                var block = new byte[4096];
                for (var written = 0; written < FullDiskBytes * 2; written += block.Length)
                    await file.WriteAsync(block).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // Full.
            }
        }

        return () =>
        {
            File.Delete(ballast);
            return Task.CompletedTask;
        };
    }

    /// <summary>True when the program is here and ends with 0.</summary>
    public static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
