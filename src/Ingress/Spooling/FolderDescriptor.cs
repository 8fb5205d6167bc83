using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>A folder opened by the system's own calls, for .NET opens none. On Windows there is nothing to do, and nothing is done.</summary>
internal sealed class FolderDescriptor : IDisposable
{
    private const int LinuxCloseOnExec = 0x80000;
    private const int LinuxWouldBlock = 11;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private readonly SafeFileHandle? _handle;
    private readonly string? _problem;

    private FolderDescriptor(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        _handle = new(Open(path, OperatingSystem.IsLinux() ? LinuxCloseOnExec : 0), ownsHandle: true);
        if (_handle.IsInvalid)
            _problem = LastError();
    }

    public static FolderDescriptor Open(string path) => new(path);

    /// <summary>Makes what was created or renamed in it survive a power cut.</summary>
    /// <returns>Why that is not certain; null when it is.</returns>
    public string? Synchronize() => _problem ?? (_handle is null || Fsync(_handle) == 0 ? null : LastError());

    /// <summary>Returns once the disk has all of a file. .NET's own call (RandomAccess.FlushToDisk) swallows the error of an fsync.</summary>
    /// <exception cref="IOException">The disk refused: what of the file it has is not known.</exception>
    public static void Synchronize(SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows())
            RandomAccess.FlushToDisk(file);
        else if (Fsync(file) != 0)
            throw new IOException(LastError(), Marshal.GetLastPInvokeError());
    }

    /// <summary>Holds the folder until it is closed, where the system and its file system can.</summary>
    /// <returns>False when another holds it.</returns>
    public bool TryLock() =>
        !OperatingSystem.IsLinux() || _handle is not { IsInvalid: false } || Flock(_handle, LockExclusive | LockNonBlocking) == 0 || Marshal.GetLastPInvokeError() != LinuxWouldBlock;

    public void Dispose() => _handle?.Dispose();

    private static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static extern int Flock(SafeFileHandle descriptor, int operation);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(SafeFileHandle descriptor);
}
