using System.Security.Cryptography;
using System.Text;

namespace KkiaEvents.Local.Backing;

/// <summary>A password for each service, from the one that the server's account has: nothing more to keep, and none tells another.</summary>
internal static class ServicePassword
{
    public static string Of(string service, string master) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(master), Encoding.UTF8.GetBytes(service)))[..32];
}
