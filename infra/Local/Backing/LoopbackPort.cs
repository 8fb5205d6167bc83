using System.Net;
using System.Net.Sockets;

namespace KkiaEvents.Local.Backing;

/// <summary>Finds ports on 127.0.0.1.</summary>
internal static class LoopbackPort
{
    /// <summary>The wished port when it is free, else any free one.</summary>
    public static int FreeOr(int? wished) => wished is { } port && IsFree(port) ? port : Free();

    /// <summary>The wished port, or the first free one after it.</summary>
    public static int FreeFrom(int wished)
    {
        for (var port = wished; port < wished + 1000; port++)
        {
            if (IsFree(port))
                return port;
        }

        return Free();
    }

    /// <summary>
    /// A free port below the range that the system hands out by itself (from 32768 on Linux): one from that range may be
    /// taken by anybody's outgoing connection before the server that it is meant for listens.
    /// </summary>
    public static int Free()
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var port = Random.Shared.Next(15_000, 32_000);
            if (IsFree(port))
                return port;
        }

        return Probe(0);
    }

    private static bool IsFree(int port)
    {
        try
        {
            return Probe(port) == port;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int Probe(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
