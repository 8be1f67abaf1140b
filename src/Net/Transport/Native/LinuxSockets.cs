using System.Net;
using System.Net.Sockets;

namespace FastCore.Net.Transport.Native;

/// <summary>What the Linux engines do to sockets outside the hot path: open, name, shut down, close. Errors are negative errno values.</summary>
internal static unsafe class LinuxSockets
{
    public const int MessageNoSignal = 0x4000;
    public const int MessageDontWait = 0x40;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;

    private const int FamilyUnix = 1;
    private const int FamilyInet = 2;
    private const int FamilyInet6 = 10;
    private const int Stream = 1;
    private const int LevelSocket = 1;
    private const int LevelTcp = 6;
    private const int LevelInet6 = 41;
    private const int ReuseAddress = 2;
    private const int SocketErrorOption = 4;
    private const int Linger = 13;
    private const int ReusePort = 15;
    private const int TcpNoDelay = 1;
    private const int Inet6Only = 26;
    private const int DuplicateCloseOnExec = 1030;
    private const int SetDescriptorFlags = 2;
    private const int DescriptorCloseOnExec = 1;
    private const int SocketTypeOption = 3;
    private const int AcceptsOption = 30;
    private const int DomainOption = 39;
    private const int GetStatus = 3;
    private const int SetStatus = 4;
    private const int ReadWrite = 2;
    private const int ShutWrite = 1;
    private const int ShutBoth = 2;

    // Enough for sockaddr_un, the largest of the families spoken here.
    public const int MaxAddressLength = 112;
    private const int Inet6Length = 28;

    public static int OpenListener(IPEndPoint endPoint, int backlog, bool sharePort, bool nonBlocking, out IPEndPoint bound)
    {
        bound = endPoint;
        var descriptor = Open(endPoint, nonBlocking);
        if (descriptor < 0) return descriptor;
        SetFlag(descriptor, LevelSocket, ReuseAddress, 1);
        if (sharePort) SetFlag(descriptor, LevelSocket, ReusePort, 1);
        if (endPoint.AddressFamily == AddressFamily.InterNetworkV6) SetFlag(descriptor, LevelInet6, Inet6Only, endPoint.Address.Equals(IPAddress.IPv6Any) ? 0 : 1);
        var address = stackalloc byte[MaxAddressLength];
        var length = WriteAddress(endPoint, address);
        if (LibC.Bind(descriptor, address, length) != 0 || LibC.Listen(descriptor, backlog) != 0)
        {
            var error = LibC.LastError;
            Close(descriptor, reset: false);
            return -error;
        }
        length = MaxAddressLength;
        if (LibC.GetSocketName(descriptor, address, &length) == 0 && ReadAddress(address, length) is { } name) bound = name;
        return descriptor;
    }

    /// <summary>Why a descriptor that was inherited can't be accepted on; null if it can. It is closed on exec then.</summary>
    public static string? WhyNoListener(int descriptor)
    {
        if (LibC.ControlDescriptor(descriptor, SetDescriptorFlags, DescriptorCloseOnExec) != 0) return "it is not open";
        if (Option(descriptor, SocketTypeOption) != Stream) return "it is no stream socket";
        if (Option(descriptor, AcceptsOption) != 1) return "it does not listen";
        return Option(descriptor, DomainOption) is FamilyInet or FamilyInet6 or FamilyUnix ? null : "its family is none of IPv4, IPv6 and Unix";
    }

    private static int Option(int descriptor, int option)
    {
        var value = 0;
        var length = sizeof(int);
        return LibC.GetSocketOption(descriptor, LevelSocket, option, &value, &length) == 0 ? value : -1;
    }

    /// <summary>A descriptor of this process's own for a socket that stays its owner's. Whether calls wait is the socket's, not the descriptor's.</summary>
    public static int Duplicate(Socket socket, bool nonBlocking)
    {
        var descriptor = LibC.ControlDescriptor((int)socket.SafeHandle.DangerousGetHandle(), DuplicateCloseOnExec, 0);
        if (descriptor < 0) return -LibC.LastError;
        var flags = LibC.ControlDescriptor(descriptor, GetStatus, 0);
        var wanted = nonBlocking ? flags | NonBlocking : flags & ~NonBlocking;
        if (flags < 0 || (flags != wanted && LibC.ControlDescriptor(descriptor, SetStatus, wanted) != 0))
        {
            var error = LibC.LastError;
            Close(descriptor, reset: false);
            return -error;
        }
        return descriptor;
    }

    public static int Open(EndPoint endPoint, bool nonBlocking)
    {
        var family = endPoint.AddressFamily switch { AddressFamily.InterNetworkV6 => FamilyInet6, AddressFamily.Unix => FamilyUnix, _ => FamilyInet };
        var descriptor = LibC.Socket(family, Stream | CloseOnExec | (nonBlocking ? NonBlocking : 0), 0);
        if (descriptor < 0) return -LibC.LastError;
        // Accepted sockets inherit it from their listener.
        if (family != FamilyUnix) SetFlag(descriptor, LevelTcp, TcpNoDelay, 1);
        return descriptor;
    }

    public static int WriteAddress(EndPoint endPoint, byte* destination)
    {
        var address = endPoint.Serialize();
        address.Buffer.Span[..address.Size].CopyTo(new Span<byte>(destination, MaxAddressLength));
        return address.Size;
    }

    public static IPEndPoint? PeerName(int descriptor)
    {
        var address = stackalloc byte[MaxAddressLength];
        var length = MaxAddressLength;
        return LibC.GetPeerName(descriptor, address, &length) == 0 ? ReadAddress(address, length) : null;
    }

    public static int TakeError(int descriptor)
    {
        var error = 0;
        var length = sizeof(int);
        return LibC.GetSocketOption(descriptor, LevelSocket, SocketErrorOption, &error, &length) == 0 ? error : LibC.LastError;
    }

    /// <summary>Tells the peer that no more comes. A peer that has gone already shows in the receive, so the result says nothing more.</summary>
    public static void ShutdownSend(int descriptor) => _ = LibC.Shutdown(descriptor, ShutWrite);

    /// <summary>Whether calls on a connected socket wait.</summary>
    public static void SetNonBlocking(int descriptor, bool isOn) => _ = LibC.ControlDescriptor(descriptor, SetStatus, ReadWrite | (isOn ? NonBlocking : 0));

    /// <summary>Ends both directions, which completes whatever waits on the socket.</summary>
    public static void ShutdownBoth(int descriptor) => _ = LibC.Shutdown(descriptor, ShutBoth);

    public static void Close(int descriptor, bool reset)
    {
        if (reset)
        {
            var linger = stackalloc int[2] { 1, 0 };
            _ = LibC.SetSocketOption(descriptor, LevelSocket, Linger, linger, 2 * sizeof(int));
        }
        // The descriptor is gone whatever close(2) returns; a second try would close another's.
        _ = LibC.Close(descriptor);
    }

    private static IPEndPoint? ReadAddress(byte* address, int length)
    {
        var family = *(ushort*)address;
        if (family == FamilyInet && length >= 16) return new IPEndPoint(new IPAddress(new ReadOnlySpan<byte>(address + 4, 4)), Port(address));
        if (family == FamilyInet6 && length >= Inet6Length) return new IPEndPoint(new IPAddress(new ReadOnlySpan<byte>(address + 8, 16), *(uint*)(address + 24)), Port(address));
        return null;
    }

    private static int Port(byte* address) => address[2] << 8 | address[3];

    private static void SetFlag(int descriptor, int level, int option, int value) =>
        _ = LibC.SetSocketOption(descriptor, level, option, &value, sizeof(int));
}
