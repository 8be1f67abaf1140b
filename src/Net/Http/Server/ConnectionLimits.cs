using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FastCore.Net.Http.Server;

/// <summary>How many connections a server holds, in all and from one client. Shared by its reactors; thread-safe.</summary>
/// <remarks>A client of IPv6 is its first 64 bits: who has one address of such a network has them all.</remarks>
internal sealed class ConnectionLimits(int most, int mostPerAddress)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, int> _byClient = [];
    private int _count;

    /// <summary>Connections that were let in and have not ended.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Clients that hold connections, if they are counted.</summary>
    public int Clients
    {
        get
        {
            lock (_gate) return _byClient.Count;
        }
    }

    /// <summary>Whether the address matters.</summary>
    public bool CountsAddresses => mostPerAddress < int.MaxValue;

    /// <summary>Lets a connection in, or not. One that is let in must <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= most) return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);

    /// <summary>Lets in a connection of a client, or not, if <see cref="CountsAddresses"/>. One that is let in must <see cref="LeaveFrom"/>.</summary>
    public bool TryEnterFrom(IPAddress? address)
    {
        lock (_gate)
        {
            ref var held = ref CollectionsMarshal.GetValueRefOrAddDefault(_byClient, ClientOf(address), out _);
            if (held == mostPerAddress) return false;
            held++;
            return true;
        }
    }

    public void LeaveFrom(IPAddress? address)
    {
        lock (_gate)
        {
            var client = ClientOf(address);
            if (--CollectionsMarshal.GetValueRefOrNullRef(_byClient, client) == 0) _byClient.Remove(client);
        }
    }

    private static UInt128 ClientOf(IPAddress? address)
    {
        if (address == null) return UInt128.MaxValue;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        // Not to be taken for each other: an address of IPv4 lies where a network of IPv6 has nothing.
        return address.AddressFamily == AddressFamily.InterNetwork
            ? new UInt128(0, 1ul << 32 | System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : new UInt128(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes), 0);
    }
}
