using System.Buffers.Binary;

namespace FastCore.Net.Transport.Native;

/// <summary>What the platform does not tell of a file: statx(2), whose answer has the same shape on every processor.</summary>
internal static unsafe class LinuxFiles
{
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint TypeMask = 1;
    private const int StatusLength = 256;
    private const int ModeOffset = 28;
    private const int TypeBits = 0xF000;
    private const int SocketType = 0xC000;
    private const int RegularType = 0x8000;

    /// <summary>Whether a socket is at the path itself, links not followed. False elsewhere than on Linux.</summary>
    public static bool IsSocket(string path) => OperatingSystem.IsLinux() && TypeOf(path, NoFollow) == SocketType;

    /// <summary>Whether the path leads to a plain file: no pipe, socket or device. Elsewhere than on Linux nothing else is looked for.</summary>
    public static bool IsRegular(string path) => !OperatingSystem.IsLinux() || TypeOf(path, 0) == RegularType;

    private static int TypeOf(string path, int flags)
    {
        var status = stackalloc byte[StatusLength];
        if (LibC.FileStatus(CurrentFolder, path, flags, TypeMask, status) != 0) return 0;
        return BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(status + ModeOffset, sizeof(ushort))) & TypeBits;
    }
}
