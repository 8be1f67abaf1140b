using System.Buffers.Binary;

namespace FastCore.Net.Transport.Native;

/// <summary>What the platform does not tell of a file: statx(2), whose answer has the same shape on every processor.</summary>
internal static unsafe class LinuxFiles
{
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint TypeMask = 1;
    private const uint TypeAndNumberMask = 0x101;
    private const int StatusLength = 256;
    private const int ModeOffset = 28;
    private const int NumberOffset = 32;
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

    private static int TypeOf(byte* status) =>
        BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(status + ModeOffset, sizeof(ushort))) & TypeBits;
}

/// <summary>Which file it is, whatever its name: two that are equal are one, as long as it exists.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Number, bool IsSocket);
