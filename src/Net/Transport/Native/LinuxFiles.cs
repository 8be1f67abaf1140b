using System.Buffers.Binary;

namespace FastCore.Net.Transport.Native;

/// <summary>What the platform does not tell of a file: statx(2), whose answer has the same shape on every processor.</summary>
internal static unsafe class LinuxFiles
{
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint TypeMask = 1;
    private const uint TypeAndNumberMask = 0x101;
    private const uint LengthAndChangedMask = 0x240;
    private const int UnlockOperation = 8;
    private const int OfDescriptor = 0x1000;
    private const int StatusLength = 256;
    private const int ModeOffset = 28;
    private const int NumberOffset = 32;
    private const int LengthOffset = 40;
    private const int ChangedSecondsOffset = 112;
    private const int ChangedNanosecondsOffset = 120;
    private const int DeviceOffset = 136;
    private const int TypeBits = 0xF000;
    private const int SocketType = 0xC000;
    private const int RegularType = 0x8000;

    /// <summary>Whether the path leads to a plain file: no pipe, socket or device. Elsewhere than on Linux nothing else is looked for.</summary>
    public static bool IsRegular(string path)
    {
        if (!OperatingSystem.IsLinux()) return true;
        var status = stackalloc byte[StatusLength];
        return LibC.FileStatus(CurrentFolder, path, 0, TypeMask, status) == 0 && TypeOf(status) == RegularType;
    }

    /// <summary>What is at the path itself, links not followed; null if there is nothing, or elsewhere than on Linux.</summary>
    public static FileIdentity? Identify(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var status = stackalloc byte[StatusLength];
        if (LibC.FileStatus(CurrentFolder, path, NoFollow, TypeAndNumberMask, status) != 0) return null;
        return new FileIdentity(*(ulong*)(status + DeviceOffset), *(ulong*)(status + NumberOffset), TypeOf(status) == SocketType);
    }

    /// <summary>Whether an open file has this length, and was changed last at this time (UTC).</summary>
    public static bool IsAsItWas(int descriptor, long length, DateTime changed)
    {
        var status = stackalloc byte[StatusLength];
        if (LibC.FileStatus(descriptor, "", OfDescriptor, LengthAndChangedMask, status) != 0) return false;
        var ticks = *(long*)(status + ChangedSecondsOffset) * TimeSpan.TicksPerSecond + *(uint*)(status + ChangedNanosecondsOffset) / TimeSpan.NanosecondsPerTick;
        return *(long*)(status + LengthOffset) == length && DateTime.UnixEpoch.Ticks + ticks == changed.Ticks;
    }

    /// <summary>Takes off the lock that the platform puts on what it opens, and by which others of its programs are kept from writing.</summary>
    public static void Unlock(int descriptor) => _ = LibC.Lock(descriptor, UnlockOperation);

    private static int TypeOf(byte* status) =>
        BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(status + ModeOffset, sizeof(ushort))) & TypeBits;
}

/// <summary>Which file it is, whatever its name: two that are equal are one, as long as it exists.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Number, bool IsSocket);
