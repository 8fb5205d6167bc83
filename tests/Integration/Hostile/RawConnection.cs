using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace KkiaEvents.Tests.Integration.Hostile;

/// <summary>A TCP connection that sends what no HTTP client would.</summary>
public sealed class RawConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private readonly TcpClient _client;
    private readonly Stream _stream;

    private RawConnection(TcpClient client, Stream? stream = null)
    {
        _client = client;
        _stream = stream ?? client.GetStream();
    }

    /// <param name="server">Where to.</param>
    /// <param name="from">An address of this machine to come from (127.0.0.2, say); null for any.</param>
    public static async Task<RawConnection> OpenAsync(Uri server, IPAddress? from = null)
    {
        var client = from is null ? new TcpClient() : new TcpClient(new IPEndPoint(from, 0));
        client.NoDelay = true;
        await client.ConnectAsync(server.Host, server.Port);
        return new(client);
    }

    /// <summary>The same connection once TLS is agreed on, with a server whose certificate it signed itself.</summary>
    public async Task<RawConnection> ShakeHandsAsync()
    {
        var secure = new SslStream(_stream, leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate?.Subject == "CN=ingress");
        await secure.AuthenticateAsClientAsync("ingress");
        return new(_client, secure);
    }

    /// <summary>Sends; false once the other side has hung up.</summary>
    public async Task<bool> SendAsync(params byte[][] parts)
    {
        try
        {
            foreach (var part in parts)
                await _stream.WriteAsync(part);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public Task<bool> SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public void EndSending() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Everything that comes until the other side ends the connection; "" when it said nothing.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var all = new MemoryStream();
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            await _stream.CopyToAsync(all, deadline.Token);
        }
        catch (IOException)
        {
            // A reset after the answer: what came before it counts.
        }

        return Encoding.UTF8.GetString(all.ToArray());
    }

    /// <summary>One answer; null when the connection ended without one.</summary>
    public async Task<RawAnswer?> ReadAnswerAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        var read = new List<byte>();
        var buffer = new byte[4096];
        while (true)
        {
            int count;
            try
            {
                count = await _stream.ReadAsync(buffer, deadline.Token);
            }
            catch (IOException)
            {
                count = 0;
            }

            read.AddRange(buffer.AsSpan(0, count));
            if (RawAnswer.TryParse(Encoding.UTF8.GetString([.. read]), ended: count == 0, out var answer))
                return answer;
            if (count == 0)
                return null;
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>An HTTP answer as it stood on the wire.</summary>
public sealed record RawAnswer(HttpStatusCode Status, string Head, string Body)
{
    public bool IsProblem => Head.Contains("application/problem+json", StringComparison.OrdinalIgnoreCase);

    public bool ClosesConnection => Head.Contains("Connection: close", StringComparison.OrdinalIgnoreCase);

    public static bool TryParse(string text, bool ended, out RawAnswer? answer)
    {
        answer = null;
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return false;
        var (head, body) = (text[..end], text[(end + 4)..]);
        var length = head.Split("\r\n").FirstOrDefault(h => h.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase)) is { } header
            ? int.Parse(header[16..], CultureInfo.InvariantCulture)
            : (int?)null;
        var complete = length is { } bytes ? Encoding.UTF8.GetByteCount(body) >= bytes : body.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
        if (!complete && !ended)
            return false;
        answer = new((HttpStatusCode)int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture), head, body);
        return true;
    }
}
