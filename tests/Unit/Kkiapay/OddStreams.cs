namespace KkiaEvents.Tests.Unit.Kkiapay;

/// <summary>A body that has begun and never goes on.</summary>
internal sealed class SilentStream(ImpatientClock clock) : ReadOnlyStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var silence = Task.Delay(Timeout.Infinite, cancellationToken);
        clock.Awaited();
        await silence;
        return 0;
    }
}

/// <summary>A body that goes on for ever.</summary>
internal sealed class EndlessStream : ReadOnlyStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        buffer.Span.Fill((byte)' ');
        return ValueTask.FromResult(buffer.Length);
    }
}

internal abstract class ReadOnlyStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
