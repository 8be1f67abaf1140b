using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace FastCore.Perf.Kestrel;

/// <summary>
/// Where the peer listens: <c>--address A</c> (an IP address) and <c>--port N</c> (0: the kernel chooses), and whose file
/// <c>/64k.bin</c> is: <c>--files DIR</c>.
/// </summary>
internal sealed record PeerOptions(IPAddress Address, int Port, string? Folder)
{
    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out PeerOptions? options, [NotNullWhen(false)] out string? problem)
    {
        options = null;
        var address = IPAddress.Loopback;
        var port = 0;
        string? folder = null;
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            var understood = arguments[i] switch
            {
                "--port" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort,
                "--address" => IPAddress.TryParse(value, out address),
                "--files" => Directory.Exists(folder = value),
                _ => false,
            };
            if (!understood || address is null)
            {
                problem = $"kestrel-peer: can't use '{arguments[i]} {value}'; usage: kestrel-peer [--address IP] [--port N] [--files DIR]";
                return false;
            }
        }

        options = new PeerOptions(address, port, folder);
        problem = null;
        return true;
    }
}
