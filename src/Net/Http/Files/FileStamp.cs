using FastCore.Net.Transport.Native;
using Microsoft.Win32.SafeHandles;

namespace FastCore.Net.Http.Files;

/// <summary>What the file system tells of a file, by which a change is found without reading it.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="Changed">When its content was changed last, or is said to have been: anybody who may write it may set this time.</param>
/// <param name="Touched">When its content or what is known of it was changed last, which nobody can set; null where the system does not tell.</param>
/// <param name="Identity">Which file it is: another in its place may be as long, and from the same moment. Null where that can't be known.</param>
internal readonly record struct FileStamp(long Length, DateTime Changed, DateTime? Touched, FileIdentity? Identity)
{
    /// <summary>
    /// How long before it is read a file must have been touched last for its stamp to be trusted: two changes within one tick of the file system's clock
    /// leave the same stamp, so what was read at such a time may be the file between the two. The coarsest tick is that of FAT, two seconds.
    /// </summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>That of an open file, now.</summary>
    public static FileStamp Of(SafeFileHandle file)
    {
        if (LinuxFiles.Stamp(file) is var (length, changed, touched, identity)) return new FileStamp(length, changed, touched, identity);
        return AsEverySystemTells(file);
    }

    /// <summary>What is known of an open file on any system. Nothing of that vouches for its bytes.</summary>
    public static FileStamp AsEverySystemTells(SafeFileHandle file) => new(RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file), null, null);

    /// <summary>Whether every change that follows a look at this moment leaves another stamp; never where the system does not tell when the file was touched.</summary>
    public bool IsSettledAt(DateTime now) => now - Touched > Settling;
}
