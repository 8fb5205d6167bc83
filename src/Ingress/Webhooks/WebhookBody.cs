using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace KkiaEvents.Ingress.Webhooks;

/// <summary>A request's body in memory that goes back to the pool. It grows with what has come, so that a length announced and never sent costs nothing.</summary>
internal sealed class WebhookBody : IDisposable
{
    private const int FirstBytes = 4096;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _length;

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Reads all of it.</summary>
    /// <returns>Null when it is there, else why it is not.</returns>
    public async ValueTask<Refusal?> ReadAsync(HttpContext context)
    {
        try
        {
            while (true)
            {
                if (_length == _buffer.Length)
                    Grow();
                var read = await context.Request.Body.ReadAsync(_buffer.AsMemory(_length), context.RequestAborted);
                if (read == 0)
                    return null;
                _length += read;
                if (_length > WebhookEndpoint.MaxBodyBytes)
                    return Refusals.TooLarge;
            }
        }
        catch (BadHttpRequestException e)
        {
            return e.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => Refusals.TooLarge,
                StatusCodes.Status408RequestTimeout => Refusals.TooSlow,
                _ => Refusals.Malformed,
            };
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            return Refusals.Gone;
        }
        catch (IOException)
        {
            // What Kestrel throws for a chunk's length that no number holds, instead of a BadHttpRequestException.
            return Refusals.Malformed;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
