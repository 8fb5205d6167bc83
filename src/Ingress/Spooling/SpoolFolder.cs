using System.Runtime.InteropServices;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>The spool's folder, held by this process alone for as long as it lives.</summary>
internal sealed class SpoolFolder : IDisposable
{
    private const string LockName = "lock";
    private const string HolderName = "holder";
    private readonly FileStream _lock;

    private SpoolFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    /// <summary>Makes it if need be, proves that it can be written to, and takes it.</summary>
    /// <exception cref="ConfigurationProblemException">It can't be written to, or another process has it.</exception>
    public static SpoolFolder Take(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            // Held by the system: whatever ends the process gives it back.
            var held = new FileStream(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            // Beside the lock: .NET does not let anybody read a file that is held.
            File.WriteAllText(System.IO.Path.Combine(path, HolderName), $"process {Environment.ProcessId} on {Environment.MachineName} since {DateTime.UtcNow:u}");
            var folder = new SpoolFolder(path, held);
            folder.Synchronize();
            for (var above = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)); above is not null; above = System.IO.Path.GetDirectoryName(above))
                TrySynchronize(above);
            return folder;
        }
        catch (IOException e) when (HolderOf(path) is { } holder)
        {
            throw Wrong($"'{path}' is in use by another Ingress ({holder}): two never share one. {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"'{path}' can't be written to: {e.Message}");
        }
    }

    /// <summary>Makes what was created or renamed in it survive a power cut.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Synchronize()
    {
        if (TrySynchronize(Path) is { } problem)
            throw new IOException(problem);
    }

    public void Dispose() => _lock.Dispose();

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
            var holder = System.IO.Path.Combine(path, HolderName);
            return File.Exists(holder) ? File.ReadAllText(holder) : "which, it has not said yet";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static ConfigurationProblemException Wrong(string problem) => new([new(SpoolOptions.DirectoryKey, problem, SpoolOptions.Example)]);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
