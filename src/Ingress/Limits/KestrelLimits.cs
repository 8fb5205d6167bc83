using KkiaEvents.Ingress.Webhooks;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KkiaEvents.Ingress.Limits;

/// <summary>What the server allows a connection, before any of our code sees a request.</summary>
internal static class KestrelLimits
{
    /// <summary>How long a new connection may stay silent.</summary>
    public static readonly TimeSpan FirstByte = TimeSpan.FromSeconds(5);

    /// <summary>How long after its first byte a connection may take to send the headers of its first request, TLS included.</summary>
    public static readonly TimeSpan FirstHead = TimeSpan.FromSeconds(10);

    public static void Apply(KestrelServerOptions kestrel, IngressLimits limits)
    {
        kestrel.AddServerHeader = false;
        // A proxy may ask by an address and name another host: nothing here goes by the host.
        kestrel.AllowHostHeaderOverride = true;
        kestrel.Limits.MaxConcurrentConnections = limits.Connections;
        // Nothing here upgrades a connection.
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0;

        // A webhook has one short line and a dozen headers; proxies and tracing add some. Twice that is generous.
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.MaxRequestBodySize = WebhookEndpoint.MaxBodyBytes;
        // No more is read ahead of what we take than a body, its headers and the chunks' lengths.
        kestrel.Limits.MaxRequestBufferSize = 2 * WebhookEndpoint.MaxBodyBytes;

        // The provider gives up after about 7.5 s: who takes longer to say what it wants is somebody else. Together with the
        // size the rate bounds the whole body: 5 s for the first 40 KiB, 8 s for all 64.
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(7.5);
        kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 8 * 1024, gracePeriod: TimeSpan.FromSeconds(5));
        // Our answers are a line; who does not take it is cut off as soon.
        kestrel.Limits.MinResponseDataRate = new(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(5));
        // Longer than the pause between two webhooks in business hours, shorter than proxies keep theirs (60 s and more).
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
        kestrel.ConfigureHttpsDefaults(https => https.HandshakeTimeout = FirstByte);
    }
}
