using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace KkiaEvents.Bench.Load;

/// <summary>
/// One keep-alive HTTP/1.1 connection that sends ready-made requests. Not HttpClient: the sender shares the cores with
/// what it measures, so it should use as little of them as it can.
/// </summary>
internal sealed class KeepAliveConnection(Uri address) : IDisposable
{
    /// <summary>The status of a request that no answer came to.</summary>
    public const int NoAnswer = 0;

    private readonly byte[] buffer = new byte[8192];
    private Socket? socket;

    /// <summary>Sends one request and reads its answer.</summary>
    /// <returns>The answer's status; <see cref="NoAnswer"/> when the connection broke.</returns>
    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        try
        {
            socket ??= await ConnectAsync(cancellation).ConfigureAwait(false);
            while (request.Length > 0)
                request = request[await socket.SendAsync(request, cancellation).ConfigureAwait(false)..];
            return await ReadAsync(socket, cancellation).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            Close();
            return NoAnswer;
        }
    }

    public void Dispose() => Close();

    private async ValueTask<int> ReadAsync(Socket from, CancellationToken cancellation)
    {
        var read = 0;
        while (true)
        {
            var more = await from.ReceiveAsync(buffer.AsMemory(read), cancellation).ConfigureAwait(false);
            if (more == 0)
            {
                Close();
                return NoAnswer;
            }

            read += more;
            var head = buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8);
            if (head < 0)
                continue;
            if (!Utf8Parser.TryParse(buffer.AsSpan(9, 3), out int status, out _))
                throw new InvalidDataException("The answer is not HTTP/1.1.");
            if (LengthOf(buffer.AsSpan(0, head)) is not { } length)
            {
                // Only refusals come without a length. They are rare: a new connection is simpler than reading chunks.
                Close();
                return status;
            }

            if (read >= head + 4 + length)
                return status;
        }
    }

    private static int? LengthOf(ReadOnlySpan<byte> head)
    {
        var name = "\r\nContent-Length: "u8;
        var at = head.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(head[(at + name.Length)..], out int length, out _) ? length : null;
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        var connecting = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await connecting.ConnectAsync(IPAddress.Loopback, address.Port, cancellation).ConfigureAwait(false);
            return connecting;
        }
        catch
        {
            connecting.Dispose();
            throw;
        }
    }

    private void Close()
    {
        socket?.Dispose();
        socket = null;
    }
}
