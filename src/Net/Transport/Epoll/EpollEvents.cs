using System.Runtime.InteropServices;

namespace FastCore.Net.Transport.Epoll;

/// <summary>
/// An array of struct epoll_event: 32 bits of events and 64 of the caller's data, packed together on x86-64 only.
/// </summary>
internal readonly unsafe struct EpollEvents(int count)
{
    public const uint In = 0x1;
    public const uint Out = 0x4;
    public const uint Error = 0x8;
    public const uint HangUp = 0x10;
    public const uint PeerHangUp = 0x2000;
    public const uint EdgeTriggered = 1u << 31;

    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int Stride = DataOffset + sizeof(ulong);

    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed((nuint)count, (nuint)Stride);

    public int Count { get; } = count;

    public void* Address => _events;

    public uint Happened(int index) => *(uint*)(_events + index * Stride);

    public ulong Data(int index) => *(ulong*)(_events + index * Stride + DataOffset);

    /// <summary>Fills the first event and returns its address, to be given to epoll_ctl(2).</summary>
    public void* Interest(uint events, ulong data)
    {
        *(uint*)_events = events;
        *(ulong*)(_events + DataOffset) = data;
        return _events;
    }

    public void Free() => NativeMemory.Free(_events);
}
