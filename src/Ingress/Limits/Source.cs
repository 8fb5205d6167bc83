using System.Net;
using System.Net.Sockets;

namespace KkiaEvents.Ingress.Limits;

/// <summary>Whom something is counted against: an IPv4 address, or the first 64 bits of an IPv6 one, since a host has as many addresses below those as it likes.</summary>
internal static class Source
{
    public static IPAddress Of(IPAddress? address)
    {
        // A socket without an address (a Unix domain socket) is one source.
        if (address is null)
            return IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }
}
