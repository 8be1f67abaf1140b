using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace FastCore.Net.Transport.Native;

/// <summary>What the platform does not tell of a file or does not do with it: statx(2), whose answer has the same shape on every processor, and open(2).</summary>
internal static unsafe class LinuxFiles
{
    // O_NONBLOCK | O_NOCTTY.
    private const int WithoutWaiting = 0x800 | 0x100;
    private const int CloseOnExec = 0x80000;
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint TypeMask = 1;
    private const uint TypeAndNumberMask = 0x101;
    private const uint StampMask = 0x3C1;
    private const uint LengthAndTimesMask = 0x2C0;
    private const int OfDescriptor = 0x1000;
    private const int WithoutAskingServer = 0x4000;
    private const int StatusLength = 256;
    private const int ModeOffset = 28;
    private const int NumberOffset = 32;
    private const int LengthOffset = 40;
    private const int TouchedOffset = 96;
    private const int ChangedOffset = 112;
    private const int DeviceOffset = 136;
    private const int TypeBits = 0xF000;
    private const int SocketType = 0xC000;
    private const int RegularType = 0x8000;

    // Of the years 1 and 9999, which is as far as a DateTime goes; file systems go further.
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    /// <summary>Opens a file, closed on exec.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="flags">As open(2) has them.</param>
    /// <param name="mode">Of a file that is made, before the process's mask.</param>
    /// <param name="error">If it can't be opened, why.</param>
    public static SafeFileHandle? Open(string path, int flags, int mode, out int error)
    {
        int descriptor;
        do descriptor = LibC.OpenFile(path, flags | CloseOnExec, mode);
        while (descriptor < 0 && LibC.LastError == Errno.EINTR);
        error = descriptor < 0 ? LibC.LastError : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>
    /// Opens a plain file to be read; null if there is none: nothing, a folder, a pipe, a socket or a device. What it is is looked at
    /// when it is open, so that it can't become another meanwhile; opening a pipe does not wait for who writes into it.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">This process may not read it.</exception>
    /// <exception cref="IOException">It can't be opened for another reason.</exception>
    public static SafeFileHandle? OpenRegular(string path)
    {
        var file = Open(path, WithoutWaiting, 0, out var error);
        if (file == null)
        {
            if (error is Errno.ENOENT or Errno.ENOTDIR or Errno.ENAMETOOLONG or Errno.ELOOP or Errno.ENXIO) return null;
            var message = $"{path} can't be opened: {Errno.Describe(error)}.";
            throw error is Errno.EACCES or Errno.EPERM ? new UnauthorizedAccessException(message) : new IOException(message);
        }
        var status = stackalloc byte[StatusLength];
        if (LibC.FileStatus((int)file.DangerousGetHandle(), "", OfDescriptor, TypeMask, status) == 0 && TypeOf(status) == RegularType) return file;
        file.Dispose();
        return null;
    }

    /// <summary>What is at the path itself, links not followed; null if there is nothing, or elsewhere than on Linux.</summary>
    public static FileIdentity? Identify(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var status = stackalloc byte[StatusLength];
        if (LibC.FileStatus(CurrentFolder, path, NoFollow, TypeAndNumberMask, status) != 0) return null;
        return new FileIdentity(*(ulong*)(status + DeviceOffset), *(ulong*)(status + NumberOffset), TypeOf(status) == SocketType);
    }

    /// <summary>
    /// Of an open file its length, when its content was changed last and when anything of it was (both UTC, and no further than a DateTime goes), and which file it is;
    /// null elsewhere than on Linux, or if the system does not tell.
    /// </summary>
    public static (long Length, DateTime Changed, DateTime Touched, FileIdentity Identity)? Stamp(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var status = stackalloc byte[StatusLength];
        if (LibC.FileStatus((int)file.DangerousGetHandle(), "", OfDescriptor, StampMask, status) != 0) return null;
        return (*(long*)(status + LengthOffset), TimeAt(status, ChangedOffset), TimeAt(status, TouchedOffset),
            new FileIdentity(*(ulong*)(status + DeviceOffset), *(ulong*)(status + NumberOffset), IsSocket: false));
    }

    /// <summary>Whether an open file has this length, and was changed and touched last at these times (UTC; the latter in ticks), as far as this machine knows: of a file on another no server is asked, which could take long.</summary>
    public static bool IsAsItWas(int descriptor, long length, DateTime changed, long touched)
    {
        var status = stackalloc byte[StatusLength];
        if (LibC.FileStatus(descriptor, "", OfDescriptor | WithoutAskingServer, LengthAndTimesMask, status) != 0) return false;
        return *(long*)(status + LengthOffset) == length && TicksAt(status, ChangedOffset) == changed.Ticks && TicksAt(status, TouchedOffset) == touched;
    }

    /// <summary>The ticks of a <see cref="DateTime"/> in UTC; of a time it can't hold, those of the first or the last it can.</summary>
    /// <param name="seconds">Since 1970, or before it if negative.</param>
    /// <param name="nanoseconds">Behind them.</param>
    public static long TicksOf(long seconds, uint nanoseconds) => seconds switch
    {
        < FirstSecond => DateTime.MinValue.Ticks,
        > LastSecond => DateTime.MaxValue.Ticks,
        _ => Math.Min(DateTime.UnixEpoch.Ticks + seconds * TimeSpan.TicksPerSecond + nanoseconds / TimeSpan.NanosecondsPerTick, DateTime.MaxValue.Ticks),
    };

    private static DateTime TimeAt(byte* status, int offset) => new(TicksAt(status, offset), DateTimeKind.Utc);

    private static long TicksAt(byte* status, int offset) => TicksOf(*(long*)(status + offset), *(uint*)(status + offset + sizeof(long)));

    private static int TypeOf(byte* status) =>
        BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(status + ModeOffset, sizeof(ushort))) & TypeBits;
}

/// <summary>Which file it is, whatever its name: two that are equal are one, as long as it exists.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Number, bool IsSocket);
