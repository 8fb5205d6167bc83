using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using KkiaEvents.Local.Backing;

namespace KkiaEvents.Chaos.Faults;

/// <summary>What a gate does with what passes through it.</summary>
internal enum GateState
{
    Open,

    /// <summary>Connections are broken, and no new one is let in.</summary>
    Cut,

    /// <summary>Connections stay, and nothing arrives any more on either side: a cable that was pulled.</summary>
    Swallowing,

    /// <summary>What is sent arrives, and the answers wait until the gate is open again.</summary>
    Withholding,

    /// <summary>Everything comes late.</summary>
    Slow,
}

/// <summary>A TCP proxy before one or several servers, to which connections go by turns; the next one's when one does not listen.</summary>
internal sealed class TcpGate : IAsyncDisposable
{
    private static readonly TimeSpan Lateness = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private readonly TcpListener listener = new(IPAddress.Loopback, LoopbackPort.Free());
    private readonly ConcurrentDictionary<Socket, bool> sockets = [];
    private readonly Task accepting;
    private volatile GateState state;
    private IReadOnlyList<int> servers = [];
    private int turn;

    public TcpGate(params IReadOnlyList<int> servers)
    {
        Lead(servers);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Where connections lead from now on.</summary>
    public void Lead(IReadOnlyList<int> to) => servers = to;

    public void Become(GateState next)
    {
        var before = state;
        state = next;
        // What was swallowed is gone: such a connection can't go on.
        if (next == GateState.Cut || before == GateState.Swallowing)
            BreakAll();
    }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        BreakAll();
        await accepting.ConfigureAwait(false);
        listener.Dispose();
    }

    private void BreakAll()
    {
        foreach (var socket in sockets.Keys)
            Break(socket);
    }

    private void Break(Socket socket)
    {
        if (!sockets.TryRemove(socket, out _))
            return;
        // Reset, not closed in order.
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptSocketAsync().ConfigureAwait(false));
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        sockets[client] = true;
        var server = state == GateState.Cut ? null : await ConnectAsync().ConfigureAwait(false);
        if (server is null)
        {
            Break(client);
            return;
        }

        await Task.WhenAny(CopyAsync(client, server, answers: false), CopyAsync(server, client, answers: true)).ConfigureAwait(false);
        Break(client);
        Break(server);
    }

    private async Task<Socket?> ConnectAsync()
    {
        var first = Interlocked.Increment(ref turn);
        for (var n = 0; n < servers.Count; n++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, servers[(first + n) % servers.Count]).ConfigureAwait(false);
                sockets[socket] = true;
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }

        return null;
    }

    private async Task CopyAsync(Socket from, Socket to, bool answers)
    {
        from.NoDelay = true;
        var buffer = new byte[64 * 1024];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer).ConfigureAwait(false)) > 0;)
            {
                if (state == GateState.Slow)
                    await Task.Delay(Lateness).ConfigureAwait(false);
                while (answers && state == GateState.Withholding)
                    await Task.Delay(Look).ConfigureAwait(false);
                if (state == GateState.Swallowing)
                    continue;
                for (var sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent)).ConfigureAwait(false);
            }
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            // Either side is gone; the other is told by the caller.
        }
    }
}
