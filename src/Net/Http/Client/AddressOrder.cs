using System.Net;

namespace FastCore.Net.Http.Client;

/// <summary>In which order the addresses of a host are tried.</summary>
internal static class AddressOrder
{
    /// <summary>Takes the families in turn, beginning with the first address's own, each in the order it was found in (RFC 8305 §4).</summary>
    public static IPAddress[] Interleave(IPAddress[] found)
    {
        var first = found.Where(address => address.AddressFamily == found[0].AddressFamily).ToArray();
        var second = found.Where(address => address.AddressFamily != found[0].AddressFamily).ToArray();
        var ordered = new List<IPAddress>(found.Length);
        for (var i = 0; i < Math.Max(first.Length, second.Length); i++)
        {
            if (i < first.Length) ordered.Add(first[i]);
            if (i < second.Length) ordered.Add(second[i]);
        }
        return [.. ordered];
    }
}
