using System.Runtime.InteropServices;
using KkiaEvents.ServiceDefaults;
using Microsoft.Win32.SafeHandles;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>The spool's folder, held by this process alone for as long as it lives.</summary>
internal sealed class SpoolFolder : IDisposable
{
    private const string LockName = "lock";
    private const string HolderName = "holder";
    private const int CloseOnExec = 0x80000;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int WouldBlock = 11;
    private readonly FileStream _lock;
    private readonly SafeFileHandle? _folderLock;

    private SpoolFolder(string path, FileStream held, SafeFileHandle? folderLock)
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
            Directory.CreateDirectory(path);
            var folder = Hold(path);
            folder.Synchronize();
            for (var above = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)); above is not null; above = System.IO.Path.GetDirectoryName(above))
                TrySynchronize(above);
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
    private static SafeFileHandle? LockFolder(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var folder = new SafeFileHandle(Open(path, CloseOnExec), ownsHandle: true);
        if (folder.IsInvalid || Flock(folder, LockExclusive | LockNonBlocking) == 0 || Marshal.GetLastPInvokeError() != WouldBlock)
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
        if (TrySynchronize(Path) is { } problem)
            throw new IOException(problem);
    }

    public void Dispose()
    {
        _folderLock?.Dispose();
        _lock.Dispose();
    }

    // .NET opens no folders.
    private static string? TrySynchronize(string path)
    {
        if (OperatingSystem.IsWindows())
            return null;
        var descriptor = Open(path, 0);
        if (descriptor < 0)
            return $"The folder {path} can't be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}";
        try
        {
            return Fsync(descriptor) == 0 ? null : $"The folder {path} can't be written down: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}";
        }
        finally
        {
            _ = Close(descriptor);
        }
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

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static extern int Flock(SafeFileHandle descriptor, int operation);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
