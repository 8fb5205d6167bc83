using KkiaEvents.Chaos.Faults;

namespace KkiaEvents.Tests.Chaos;

/// <summary>What this machine lets a test do. Containers often forbid both.</summary>
internal static class Machine
{
    /// <summary>Skips the test, with the reason, where a process may not be traced.</summary>
    public static void LetsTrace() => Assert.SkipUnless(DiskFaults.LetsTrace, "strace may not trace here: is it installed, and ptrace allowed?");

    /// <summary>Skips the test, with the reason, where a name space of its own can't be had.</summary>
    /// <returns>What to start a program with, so that it may mount what nobody else sees.</returns>
    public static string[] LetsMount()
    {
        string[] unshare = ["unshare", "--mount", .. Environment.IsPrivilegedProcess ? Array.Empty<string>() : ["--map-root-user"]];
        Assert.SkipUnless(
            DiskFaults.Succeeds(unshare[0], [.. unshare[1..], "sh", "-c", "mount -t tmpfs -o size=1m spool /tmp"]), "unshare and mount may not be used here: a small file system can't be made.");
        return unshare;
    }
}
