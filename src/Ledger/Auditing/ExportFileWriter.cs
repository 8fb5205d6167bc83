using System.Security.Cryptography;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Writes one file of an export, counting and hashing on the way. Readable by its owner only: payers' names and numbers are in it.</summary>
internal sealed class ExportFileWriter : IAsyncDisposable
{
    private readonly string _name;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _lines;
    private long _bytes;

    public ExportFileWriter(string directory, string name)
    {
        _name = name;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 1 << 17, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _file = new(Path.Combine(directory, name), options);
    }

    public ValueTask WriteLineAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        _lines++;
        _bytes += line.Length;
        _hash.AppendData(line.Span);
        return _file.WriteAsync(line, cancellationToken);
    }

    public async Task<ExportedFile> CompleteAsync(CancellationToken cancellationToken)
    {
        await _file.FlushAsync(cancellationToken);
        _file.Flush(flushToDisk: true);
        return new(_name, _lines, _bytes, Convert.ToHexStringLower(_hash.GetHashAndReset()));
    }

    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await _file.DisposeAsync();
    }
}
