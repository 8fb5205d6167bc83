namespace KkiaEvents.Local.Supervision;

/// <summary>One run per checkout: they would share data, ports and passwords. The lock goes with the process, whatever ends it.</summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream file;
    private readonly string description;

    private RunLock(FileStream file, string description)
    {
        this.file = file;
        this.description = description;
    }

    /// <exception cref="RunRefusedException">Another run holds it; the message says where that listens.</exception>
    public static RunLock Take(Layout layout)
    {
        var description = Path.Combine(layout.Run, "running");
        try
        {
            var file = new FileStream(Path.Combine(layout.Run, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(description, $"process {Environment.ProcessId}, starting\n");
            return new RunLock(file, description);
        }
        catch (IOException)
        {
            var running = File.Exists(description) ? File.ReadAllText(description).Trim() : "starting";
            throw new RunRefusedException(
                $"KkiaEvents already runs from this checkout ({layout.Root}):\n  {running.Replace("\n", "\n  ", StringComparison.Ordinal)}\nStop it with Ctrl+C first, or use another checkout.");
        }
    }

    public void Describe(LocalSystem system) => File.WriteAllText(
        description,
        $"process {Environment.ProcessId}\nIngress {system.IngressAddress}\nSandbox {system.SandboxAddress}\n");

    public void Dispose()
    {
        File.Delete(description);
        file.Dispose();
    }
}

/// <summary>The run can't start as things are; the message says why and what to do.</summary>
internal sealed class RunRefusedException(string message) : Exception(message);
