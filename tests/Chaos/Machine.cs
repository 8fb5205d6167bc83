using System.Diagnostics;

namespace KkiaEvents.Tests.Chaos;

/// <summary>What this machine lets a test do. Containers often forbid both.</summary>
internal static class Machine
{
    /// <summary>Skips the test, with the reason, where a process may not be traced.</summary>
    public static async Task LetsTraceAsync() =>
        Assert.SkipUnless(await RunsAsync("strace", "-f", "-o", "/dev/null", "true"), "strace may not trace here: is it installed, and ptrace allowed?");

    /// <summary>Skips the test, with the reason, where a name space of its own can't be had.</summary>
    public static async Task LetsMountAsync(string[] unshare) =>
        Assert.SkipUnless(
            await RunsAsync(unshare[0], [.. unshare[1..], "sh", "-c", "mount -t tmpfs -o size=1m spool /tmp"]), "unshare and mount may not be used here: a small file system can't be made.");

    private static async Task<bool> RunsAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
