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

    /// <summary>Whether a socket is at the path itself, links not followed. False elsewhere than on Linux.</summary>
    public static bool IsSocket(string path)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var status = stackalloc byte[StatusLength];
        if (LibC.FileStatus(CurrentFolder, path, NoFollow, TypeMask, status) != 0) return false;
        return (BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(status + ModeOffset, sizeof(ushort))) & TypeBits) == SocketType;
    }
}
