using System.Globalization;

namespace KkiaEvents.Local.Backing;

/// <summary>What the kernel tells of processes in /proc (proc(5)); empty where there is none, as on macOS.</summary>
internal static class ProcessTable
{
    public static IReadOnlyList<int> ChildrenOf(int parent) =>
        [.. Numbers("/proc").Where(id => Stat($"/proc/{id}") is { } stat && int.Parse(stat[1], CultureInfo.InvariantCulture) == parent)];

    /// <summary>Whether no thread of a process runs on: each is stopped, or the process is gone.</summary>
    public static bool IsFrozen(int process) =>
        Numbers($"/proc/{process}/task").All(thread => Stat($"/proc/{process}/task/{thread}") is not { } stat || stat[0] is "T" or "t" or "Z" or "X");

    private static IReadOnlyList<int> Numbers(string folder)
    {
        try
        {
            return [.. from entry in Directory.EnumerateDirectories(folder)
                       let id = int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0
                       where id > 0
                       select id];
        }
        catch (IOException)
        {
            return [];
        }
    }

    // From the state on: state, parent, …; null when it ended meanwhile.
    private static string[]? Stat(string folder)
    {
        try
        {
            // "pid (name) state ppid …", and a name may hold spaces and parentheses.
            var stat = File.ReadAllText(folder + "/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
