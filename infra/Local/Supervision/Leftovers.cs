using System.Globalization;
using System.Text;
using KkiaEvents.Local.Backing;

namespace KkiaEvents.Local.Supervision;

/// <summary>
/// Ends what an earlier run left behind when it was killed itself. Everything that we start carries a mark in its
/// environment that names the directory it belongs to, so nobody else's process is ever touched.
/// </summary>
internal static class Leftovers
{
    public const string Mark = "KKIAEVENTS_SUPERVISED_IN";

    /// <summary>The directory that this process's children belong to.</summary>
    public static string Owner { get; set; } = $"process-{Environment.ProcessId}";

    public static async Task EndAsync(string directory, CancellationToken cancellation)
    {
        foreach (var signal in new[] { UnixSignal.Terminate, UnixSignal.Kill })
        {
            var found = Find(directory).ToList();
            foreach (var process in found)
                signal.Send(process);
            for (var deadline = DateTime.UtcNow.AddSeconds(15); DateTime.UtcNow < deadline && found.Exists(IsAlive);)
                await Task.Delay(100, cancellation).ConfigureAwait(false);
        }
    }

    private static IEnumerable<int> Find(string directory)
    {
        if (!Directory.Exists("/proc"))
            yield break;
        var mark = $"{Mark}={directory}";
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && id != Environment.ProcessId
                && EnvironmentOf(folder).Contains(mark))
            {
                yield return id;
            }
        }
    }

    private static bool IsAlive(int process) => Directory.Exists($"/proc/{process}");

    private static string[] EnvironmentOf(string folder)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, "environ"))).Split('\0');
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
