using System.Security.Cryptography;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Reads one file of an export line by line, counting and hashing on the way.</summary>
internal sealed class ExportFileReader(string directory, string name) : IAsyncDisposable
{
    // A stored event's body is bounded where it comes in, far below this.
    private const int LongestLine = 64 << 20;

    private readonly string _path = Path.Combine(directory, name);
    private readonly FileStream _file = Open(Path.Combine(directory, name));
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[1 << 17];
    private int _start;
    private int _end;
    private long _bytes;

    /// <summary>The number of the line that was read last, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>The next line, without its line feed; null at the end. Valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellationToken)
    {
        var searched = _start;
        while (true)
        {
            var at = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (at >= 0)
            {
                var line = _buffer.AsMemory(_start, searched + at - _start);
                _start = searched + at + 1;
                Line++;
                return line;
            }

            var pending = _end - _start;
            if (!await FillAsync(cancellationToken))
            {
                if (pending == 0)
                    return null;
                _start = _end = 0;
                Line++;
                return _buffer.AsMemory(0, pending);
            }

            searched = _start + pending;
        }
    }

    /// <summary>Reads to the end; what the file is.</summary>
    public async Task<ExportedFile> CompleteAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is not null)
        {
        }

        return new(name, Line, _bytes, Convert.ToHexStringLower(_hash.GetCurrentHash()));
    }

    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await _file.DisposeAsync();
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UnreadableExportException.Of(path, e);
        }
    }

    // Moves what is left of a line to the front and reads more behind it.
    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        var pending = _end - _start;
        if (pending >= LongestLine)
            throw new UnreadableExportException(_path, $"has a line of more than {LongestLine >> 20} MiB (line {Line + 1}), which no export has. Copy the export again from where it was made.");
        if (pending == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        else if (_start > 0)
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, pending);
        (_start, _end) = (0, pending);
        var read = await _file.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _hash.AppendData(_buffer, _end, read);
        _bytes += read;
        _end += read;
        return read > 0;
    }
}
