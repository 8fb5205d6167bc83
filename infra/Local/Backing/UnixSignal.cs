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

    /// <summary>Sends it to a process and all that it started.</summary>
    public void SendToTree(int root)
    {
        // Looked up first: the children of one that ended are somebody else's.
        var children = ProcessTable.ChildrenOf(root);
        Send(root);
        foreach (var child in children)
            SendToTree(child);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SystemKill(int process, int signal);
}
