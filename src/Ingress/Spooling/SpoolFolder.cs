using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>The spool's folder, held by this process alone for as long as it lives.</summary>
internal sealed class SpoolFolder : IDisposable
{
    private const string LockName = "lock";
    private const string HolderName = "holder";
    private readonly FileStream _lock;
    private readonly FolderDescriptor _folderLock;

    private SpoolFolder(string path, FileStream held, FolderDescriptor folderLock)
    {
        Path = path;
        _lock = held;
        _folderLock = folderLock;
    }

    public string Path { get; }

    /// <summary>Makes it if need be, proves that it can be written to, and takes it.</summary>
    /// <exception cref="ConfigurationProblemException">It can't be written to, or another process has it.</exception>
    public static SpoolFolder Take(string path)
    {
        try
        {
            Make(path);
            var folder = Hold(path);
            folder.Synchronize();
            for (var above = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)); above is not null; above = System.IO.Path.GetDirectoryName(above))
                SynchronizeIfAllowed(above);
            return folder;
        }
        catch (IOException e) when (HolderOf(path) is { } holder)
        {
            throw InUse(path, holder, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"'{path}' can't be written to: {e.Message}");
        }
    }

    // What lies in it names people and their phone numbers: nobody else's business. One that is there already stays as it is.
    private static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static SpoolFolder Hold(string path)
    {
        // Held by the system: whatever ends the process gives it back.
        var held = new FileStream(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            var folderLock = LockFolder(path);
            SayWho(path);
            return new(path, held, folderLock);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    // The lock's file can be deleted under who holds it, by somebody who takes it for left behind; the folder can't.
    private static FolderDescriptor LockFolder(string path)
    {
        var folder = FolderDescriptor.Open(path);
        if (folder.TryLock())
            return folder;
        folder.Dispose();
        throw InUse(path, Holder(path), "Its lock is held, although the lock's file was deleted.");
    }

    // Beside the lock: .NET does not let anybody read a file that is held. A disk that is full must still be drained.
    private static void SayWho(string path)
    {
        try
        {
            File.WriteAllText(System.IO.Path.Combine(path, HolderName), $"process {Environment.ProcessId} on {Environment.MachineName} since {DateTime.UtcNow:u}");
        }
        catch (IOException)
        {
            // It is for people alone.
        }
    }

    /// <summary>Makes what was created or renamed in it survive a power cut.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Synchronize()
    {
        using var folder = FolderDescriptor.Open(Path);
        if (folder.Synchronize() is { } problem)
            throw new IOException($"The folder {Path} can't be written down: {problem}");
    }

    public void Dispose()
    {
        _folderLock.Dispose();
        _lock.Dispose();
    }

    // Those above may be another's, and need not be ours to open.
    private static void SynchronizeIfAllowed(string path)
    {
        using var folder = FolderDescriptor.Open(path);
        _ = folder.Synchronize();
    }

    private static string? HolderOf(string path)
    {
        var file = System.IO.Path.Combine(path, LockName);
        try
        {
            using (new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                return null;
        }
        catch (IOException) when (File.Exists(file))
        {
            return Holder(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Holder(string path)
    {
        var holder = System.IO.Path.Combine(path, HolderName);
        return File.Exists(holder) ? File.ReadAllText(holder) : "which, it has not said yet";
    }

    private static ConfigurationProblemException InUse(string path, string holder, string why) =>
        Wrong($"'{path}' is in use by another Ingress ({holder}): two never share one. {why}");

    private static ConfigurationProblemException Wrong(string problem) => new([new(SpoolOptions.DirectoryKey, problem, SpoolOptions.Example)]);
}
