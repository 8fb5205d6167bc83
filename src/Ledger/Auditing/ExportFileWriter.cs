using System.Security.Cryptography;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Writes one file of an export, counting and hashing on the way.</summary>
internal sealed class ExportFileWriter(string name, Stream file) : IAsyncDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _lines;
    private long _bytes;

    /// <summary>A file of a directory. Readable by its owner only: payers' names and numbers are in it.</summary>
    public static ExportFileWriter In(string directory, string name)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 1 << 17, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new(name, new FileStream(Path.Combine(directory, name), options));
    }

    public ValueTask WriteLineAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        _lines++;
        _bytes += line.Length;
        _hash.AppendData(line.Span);
        return file.WriteAsync(line, cancellationToken);
    }

    public async Task<ExportedFile> CompleteAsync(CancellationToken cancellationToken)
    {
        await file.FlushAsync(cancellationToken);
        if (file is FileStream onDisk)
            onDisk.Flush(flushToDisk: true);
        return new(name, _lines, _bytes, Convert.ToHexStringLower(_hash.GetHashAndReset()));
    }

    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await file.DisposeAsync();
    }
}
