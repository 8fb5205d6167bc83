using System.Diagnostics.CodeAnalysis;
using System.Net;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Ingress.Limits;

/// <summary>Addresses and networks from the configuration (<c>Ingress__Proxies__0</c>, <c>Ingress__AllowedSources__0</c>).</summary>
internal sealed class SourceList
{
    private SourceList(IReadOnlyList<IPNetwork> networks) => Networks = networks;

    public IReadOnlyList<IPNetwork> Networks { get; }

    /// <summary>True when any address is in it.</summary>
    public bool IsEverybody => Networks.Any(n => n.PrefixLength == 0);

    /// <summary>Reads a list; null when there is none. What is neither an address nor a network is reported.</summary>
    public static SourceList? Read(IConfiguration configuration, Settings settings, string key, string example, bool anyone)
    {
        var section = configuration.GetSection(key.Replace("__", ":", StringComparison.Ordinal));
        if (!string.IsNullOrWhiteSpace(section.Value))
            settings.Wrong($"{key}__0", $"is missing: {key} is a list, one entry a key.", example);

        var networks = new List<IPNetwork>();
        foreach (var entry in section.GetChildren().Where(c => !string.IsNullOrWhiteSpace(c.Value)))
        {
            if (!TryParse(entry.Value!.Trim(), out var network))
                settings.Wrong($"{key}__{entry.Key}", "is neither an address nor a network in CIDR form.", example);
            else if (network.PrefixLength == 0 && !anyone)
                settings.Wrong($"{key}__{entry.Key}", "is everybody: then any sender could choose the address that it is counted by.", example);
            else
                networks.Add(network);
        }

        return networks.Count == 0 ? null : new(networks);
    }

    public bool Contains([NotNullWhen(true)] IPAddress? address)
    {
        if (address is null)
            return false;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        foreach (var network in Networks)
        {
            if (network.Contains(address))
                return true;
        }

        return false;
    }

    private static bool TryParse(string text, out IPNetwork network)
    {
        // IPAddress takes "10" and "0x0a.1" too, which nobody means.
        if (IPAddress.TryParse(text, out var address) && (text.Contains(':', StringComparison.Ordinal) || address.ToString() == text))
        {
            address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            network = new(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(text, out network) && text.Contains('/', StringComparison.Ordinal);
    }
}
