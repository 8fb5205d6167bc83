using System.Globalization;
using System.Runtime.InteropServices;

namespace KkiaEvents.Local.Backing;

/// <summary>A signal to a process, which .NET has no call for. SIGSTOP and SIGCONT have other numbers on macOS.</summary>
internal readonly record struct UnixSignal(int Number)
{
    public static readonly UnixSignal Kill = new(9);
    public static readonly UnixSignal Terminate = new(15);
    public static readonly UnixSignal Continue = new(OperatingSystem.IsMacOS() ? 19 : 18);
    public static readonly UnixSignal Stop = new(OperatingSystem.IsMacOS() ? 17 : 19);

    /// <summary>Sends it; false when there is no such process (any more).</summary>
    public bool Send(int process) => SystemKill(process, Number) == 0;

    /// <summary>Sends it to a process and all that it started: a frozen postmaster alone would leave its sessions running.</summary>
    public void SendToTree(int root)
    {
        // Looked up first: the children of one that ended are somebody else's.
        var children = Children(root).ToList();
        Send(root);
        foreach (var child in children)
            SendToTree(child);
    }

    private static IEnumerable<int> Children(int parent)
    {
        if (!Directory.Exists("/proc"))
            return [];
        return from folder in Directory.GetDirectories("/proc")
               let id = int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0
               where id > 0 && ParentOf(id) == parent
               select id;
    }

    private static int? ParentOf(int process)
    {
        try
        {
            // "pid (name) state ppid …", and a name may hold spaces and parentheses.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SystemKill(int process, int signal);
}
