using System.Net;

namespace FastCore.Net.Http.Server;

/// <summary>Networks that are trusted. An address of IPv4 is one, too, where it is written as one of IPv6.</summary>
internal sealed class NetworkList(IReadOnlyList<IPNetwork> networks)
{
    private readonly IPNetwork[] _networks = [.. networks];

    public bool Contains(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        foreach (var network in _networks)
        {
            if (network.Contains(address)) return true;
        }
        return false;
    }
}
