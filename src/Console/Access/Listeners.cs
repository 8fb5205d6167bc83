using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace KkiaEvents.Console.Access;

/// <summary>Where this service listens.</summary>
internal static class Listeners
{
    /// <summary>True when nobody but this machine reaches any of its addresses. When we can't tell, we assume somebody does.</summary>
    public static bool OnLoopbackOnly(HttpContext context) =>
        context.RequestServices.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses is { Count: > 0 } addresses
        && addresses.All(IsLoopback);

    /// <summary>True for an address of this machine alone, as <c>http://127.0.0.1:8085</c>; false for <c>http://+:8080</c>, which is every address.</summary>
    internal static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }
}
