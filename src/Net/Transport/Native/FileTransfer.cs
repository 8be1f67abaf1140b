namespace FastCore.Net.Transport.Native;

/// <summary>A file's bytes from the page cache to a socket (sendfile(2)), and what is known of the cache before that.</summary>
internal static unsafe class FileTransfer
{
    private const int MessageMore = 0x8000;
    private const int SystemCallCacheStatistics = 451;
    private const int NoWait = 8;
    private const int WriteOnly = 1;
    private const int PagesPerSample = 16;
    private const long TemporaryFileSystem = 0x01021994;
    private const long MemoryFileSystem = 0x858458F6;
    private const int SystemStatusLength = 256;

    private static readonly nint SystemCallReadVector = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? 327 : 286;

    /// <summary>struct cachestat.</summary>
    private struct CacheStatistics
    {
        public ulong Cached, Dirty, InWriteback, Evicted, RecentlyEvicted;
    }

    /// <summary>
    /// Sends a head, if there is one, and a part of a file behind it, without waiting for room. Returns how many bytes of both the
    /// socket has taken, zero if the file is not as long any more, or a negative errno.
    /// </summary>
    /// <param name="socket">A connected socket.</param>
    /// <param name="waits">Whether calls on it wait: then it is kept from that, by a flag that nobody else looks at meanwhile.</param>
    /// <param name="head">What goes before the file, or null.</param>
    /// <param name="file">An open file. Pages that are not in memory are waited for.</param>
    /// <param name="offset">Where the part begins.</param>
    /// <param name="length">Its length.</param>
    public static int Send(int socket, bool waits, MessageHeader* head, int file, long offset, int length)
    {
        var before = 0;
        if (head != null)
        {
            // The kernel holds back what does not fill a packet, for more comes.
            var count = LibC.SendMessage(socket, head, LinuxSockets.MessageNoSignal | LinuxSockets.MessageDontWait | MessageMore);
            if (count < 0) return -LibC.LastError;
            before = (int)count;
            if (before < LengthOf(head)) return before;
        }
        if (waits) LinuxSockets.SetNonBlocking(socket, true);
        var sent = Send(socket, file, offset, length);
        if (waits) LinuxSockets.SetNonBlocking(socket, false);
        // What kept the file from going shows again when it is tried alone.
        return before > 0 ? before + Math.Max(sent, 0) : sent;
    }

    private static long LengthOf(MessageHeader* message)
    {
        long length = 0;
        for (nuint i = 0; i < message->VectorCount; i++) length += (long)message->Vectors[i].Length;
        return length;
    }

    // It may raise SIGPIPE, which the runtime ignores.
    private static int Send(int socket, int file, long offset, int length)
    {
        var count = LibC.SendFile(socket, file, &offset, (nuint)length);
        return count >= 0 ? (int)count : -LibC.LastError;
    }

    /// <summary>Whether a file can be sent that way: not every file system's can on every kernel. Reads its first page. False also where that can't be tried.</summary>
    public static bool IsPossible(int file)
    {
        using var nowhere = LinuxFiles.Open("/dev/null", WriteOnly, 0, out _);
        return nowhere != null && Send((int)nowhere.DangerousGetHandle(), file, 0, 1) == 1;
    }

    /// <summary>
    /// Whether the part can be sent without waiting for the disk, as far as can be told: the kernel counts its pages (cachestat(2),
    /// Linux 6.5), or, where it does not tell this user, one page in sixteen is tried. The last is always tried, since those before it are read first.
    /// </summary>
    public static bool IsCached(int file, long offset, int length)
    {
        var pageSize = Environment.SystemPageSize;
        var first = offset / pageSize;
        var last = (offset + length - 1) / pageSize;
        if (!IsPageCached(file, last * pageSize)) return false;
        var range = stackalloc ulong[2] { (ulong)offset, (ulong)length };
        CacheStatistics statistics;
        if (LibC.SystemCall(SystemCallCacheStatistics, file, (nint)range, (nint)(&statistics), 0, 0, 0) == 0) return statistics.Cached >= (ulong)(last - first + 1);
        for (var page = first; page < last; page += PagesPerSample)
        {
            if (!IsPageCached(file, page * pageSize)) return false;
        }
        return true;
    }

    // Reads a byte of it, unless it would have to wait (RWF_NOWAIT). Of file systems that can't say so, some have no disk; others are on another machine.
    private static bool IsPageCached(int file, long offset)
    {
        byte any;
        var vector = new IoVector { Base = &any, Length = 1 };
        return LibC.SystemCall(SystemCallReadVector, file, (nint)(&vector), 1, (nint)offset, 0, NoWait) == 1 || (LibC.LastError == Errno.EOPNOTSUPP && IsInMemory(file));
    }

    private static bool IsInMemory(int file)
    {
        var status = stackalloc byte[SystemStatusLength];
        // It begins with the file system's kind, in a word of the processor's.
        return LibC.FileSystemStatus(file, status) == 0 && *(nint*)status is var kind && (long)kind is TemporaryFileSystem or MemoryFileSystem;
    }
}
