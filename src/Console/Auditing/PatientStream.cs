using System.Buffers;
using System.IO.Pipelines;

namespace KkiaEvents.Console.Auditing;

/// <summary>Streams an answer that doesn't fit in memory, as fast as the client takes it; a client that stalls is given up.</summary>
/// <param name="answer">The answer.</param>
/// <param name="patience">How long the client may take for 64 KiB.</param>
/// <param name="time">The clock.</param>
internal sealed class PatientStream(PipeWriter answer, TimeSpan patience, TimeProvider time) : Stream
{
    private const int Portion = 64 * 1024;

    private int _pending;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="IOException">The client took too long, or is gone.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        if (_pending >= Portion)
            await FlushAsync(cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // ZipArchive writes its few own bytes synchronously; the next asynchronous write sends them.
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        answer.Write(buffer);
        _pending += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        _pending = 0;
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            if ((await answer.FlushAsync(either.Token)).IsCompleted)
                throw new IOException("The client is gone.");
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"The client took less than {Portion / 1024} KiB in {patience.TotalSeconds:0} s.");
        }
    }

    public override void Flush()
    {
        // Pending bytes go with the next asynchronous flush.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
