using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace KkiaEvents.Ingress.Limits;

/// <summary>
/// A connection's first request has to come. The server itself waits for one as long as for the next (its keep-alive time-out),
/// an empty line stops none of its clocks, and TLS has a clock of its own. So: a first byte soon, and a whole head soon after,
/// whatever comes in between. Trusted proxies may open connections before they have something to send.
/// </summary>
internal sealed class FirstRequest(IngressLimits limits, LimitMetrics metrics)
{
    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        var peer = PeerOf(connection);
        if (limits.Proxies?.Contains(peer) == true)
        {
            await next(connection);
            return;
        }

        using var wait = new Wait();
        if (!await HasFirstByteAsync(connection, wait))
            return;
        connection.Features.Set(wait);
        await using var abort = wait.Token.Register(() =>
        {
            metrics.Silent(peer);
            connection.Abort(new ConnectionAbortedException("No request came."));
        });
        wait.Restart(KestrelLimits.FirstHead);
        await next(connection);
    };

    /// <summary>A request of this connection has come.</summary>
    public static void Came(HttpContext context) => context.Features.Get<Wait>()?.End();

    private static IPAddress? PeerOf(ConnectionContext connection) => (connection.RemoteEndPoint as IPEndPoint)?.Address;

    private async Task<bool> HasFirstByteAsync(ConnectionContext connection, Wait wait)
    {
        // A silent connection doesn't hold up the server's shutdown.
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(wait.Token, stopping);
        wait.Restart(KestrelLimits.FirstByte);
        try
        {
            var read = await connection.Transport.Input.ReadAsync(either.Token);
            // Peeked at, not consumed: the next reader gets it.
            connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            return !read.Buffer.IsEmpty;
        }
        catch (OperationCanceledException)
        {
            if (wait.Token.IsCancellationRequested)
                metrics.Silent(PeerOf(connection));
            return false;
        }
        catch (IOException)
        {
            // The peer reset it.
            return false;
        }
    }

    private sealed class Wait : IDisposable
    {
        private readonly CancellationTokenSource _over = new();
        private bool _ended;

        public CancellationToken Token => _over.Token;

        public void Restart(TimeSpan time) => _over.CancelAfter(time);

        public void End()
        {
            if (_ended)
                return;
            _ended = true;
            _over.CancelAfter(Timeout.InfiniteTimeSpan);
        }

        public void Dispose() => _over.Dispose();
    }
}
