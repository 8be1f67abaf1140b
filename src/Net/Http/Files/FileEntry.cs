using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Http.Files;

/// <summary>A file as it was when it was last looked at. Never changes but for the times it was used and looked at, and what is known of its bytes since.</summary>
internal sealed class FileEntry
{
    // Of SHA-256's 32, so many that no two contents have been found to share.
    private const int TagBytes = 16;

    public required FileStore Store { get; init; }

    public required string FullPath { get; init; }

    /// <summary>What the file system told of it before it was read; of one that was made of a file, that file's with the length of what was made.</summary>
    public required FileStamp Stamp
    {
        get;
        init
        {
            field = value;
            _touched = value.Touched?.Ticks ?? 0;
        }
    }

    public long Length => Stamp.Length;

    /// <summary>To the tick, as the system has it.</summary>
    public DateTime Changed => Stamp.Changed;

    /// <summary>To the second, as fields have it.</summary>
    public required DateTime LastModified { get; init; }

    public required string ContentType { get; init; }

    /// <summary>How it is coded (RFC 9110 §8.4); empty if it is not.</summary>
    public required string Encoding { get; init; }

    /// <summary>A strong validator, quotes included.</summary>
    public required byte[] Tag { get; init; }

    /// <summary>The whole file, if it is kept.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }

    /// <summary>The answer with the whole file, if it is kept.</summary>
    public PreparedResponse? Whole { get; init; }

    /// <summary>The file itself, if it may be sent from the page cache; to be held while it is used.</summary>
    public OpenFile? Opened { get; init; }

    /// <summary>The head of the answer with the whole file, if it may be sent so.</summary>
    public PreparedResponse? Head { get; init; }

    public required PreparedResponse NotModified { get; init; }

    /// <summary>The fields of every answer that sends some of it.</summary>
    public required (string Name, string Value)[] Fields { get; init; }

    /// <summary>The same file in other codings, the best first. Of a file that is coded itself, none.</summary>
    public FileEntry[] Precompressed
    {
        get;
        init
        {
            field = value;
            Codings = Array.ConvertAll(value, static sibling => sibling.Encoding);
        }
    } = [];

    /// <summary>It is no file, but was made of one.</summary>
    public bool IsMade { get; init; }

    /// <summary>The codings of <see cref="Precompressed"/>.</summary>
    public string[] Codings { get; private init; } = [];

    /// <summary>In which order it was read, among those used in the same millisecond.</summary>
    public required long Number { get; init; }

    /// <summary>Ticks of the system's clock in milliseconds.</summary>
    public long LookedAt;

    /// <inheritdoc cref="LookedAt"/>
    public long UsedAt;

    // Ticks of the stamp's Touched with which the file holds these bytes for certain; zero if it may have been changed with the same stamp since.
    private long _settledAt;

    // Ticks of when the file was touched last, as far as is known; zero where the system does not tell.
    private long _touched;

    private bool _isClosed;

    /// <summary>When the file was last touched, if it has been known since to hold these bytes as long as it is not touched again; null if not.</summary>
    public DateTime? SettledAt
    {
        get => Volatile.Read(ref _settledAt) is var ticks and > 0 ? new DateTime(ticks, DateTimeKind.Utc) : null;
        init => _settledAt = value?.Ticks ?? 0;
    }

    /// <summary>Bytes it takes of the cache.</summary>
    public long Size => (Content?.Length ?? 0) + Precompressed.Sum(static sibling => sibling.Size);

    /// <summary>How many files it holds open.</summary>
    public int OpenCount => Volatile.Read(ref _isClosed) ? 0 : (Opened == null ? 0 : 1) + Precompressed.Sum(static sibling => sibling.OpenCount);

    /// <summary>It and its siblings are kept in memory, or are open and have not changed.</summary>
    public bool IsAtHand
    {
        get
        {
            // One that is neither is opened for each request.
            if (Content == null && Opened != null)
            {
                if (TryHold() is not { } opened) return false;
                opened.Release();
            }
            foreach (var sibling in Precompressed)
            {
                if (!sibling.IsAtHand) return false;
            }
            return true;
        }
    }

    /// <summary>A hold on the file, if it is open and has not been touched; what is sent of it is what is in it then.</summary>
    public OpenFile? TryHold()
    {
        if (Opened is not { } opened || !opened.TryHold()) return null;
        if (LinuxFiles.IsAsItWas(opened.Descriptor, Length, Changed, Volatile.Read(ref _touched))) return opened;
        opened.Release();
        return null;
    }

    /// <summary>Whoever keeps it lets go of its files.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _isClosed, true)) return;
        Opened?.Release();
        foreach (var sibling in Precompressed) sibling.Close();
    }

    private IEnumerable<FileEntry> Siblings => Precompressed.Where(static entry => !entry.IsMade);

    /// <summary>The file with this stamp holds the bytes that are kept of it.</summary>
    public bool Holds(FileStamp stamp) => SettledAt is { } settled && settled == stamp.Touched && IsLike(stamp);

    private bool IsLike(FileStamp stamp) => (Length, Changed, Stamp.Identity) == (stamp.Length, stamp.Changed, stamp.Identity);

    /// <summary>The file and its siblings have not changed. Where their stamps can't tell, their bytes do.</summary>
    public bool IsSameAs(FileEntry later) => IsLike(later.Stamp) && (Holds(later.Stamp) || HasBytesOf(later)) && Siblings.Count() == later.Siblings.Count()
        && Siblings.Zip(later.Siblings).All(static pair => pair.First.IsSameAs(pair.Second));

    private bool HasBytesOf(FileEntry later) =>
        Content is { } content ? later.Content is { } other && content.Span.SequenceEqual(other.Span) : later.Content == null;

    /// <summary>It has been found to be the same as a later one: what is known of that is known of it.</summary>
    public void Confirm(FileEntry later)
    {
        Volatile.Write(ref LookedAt, later.LookedAt);
        Volatile.Write(ref _settledAt, later._settledAt);
        Volatile.Write(ref _touched, later._touched);
        foreach (var (sibling, other) in Siblings.Zip(later.Siblings)) sibling.Confirm(other);
    }

    /// <summary>The tag of bytes that are kept: the same wherever and whenever they are read, and of no others (RFC 9110 §8.8.1), whatever the file system tells of the file.</summary>
    public static byte[] TagOf(ReadOnlySpan<byte> content, string encoding) => Quote(Base64Url.EncodeToString(SHA256.HashData(content).AsSpan(0, TagBytes)), encoding);

    /// <summary>The tag of a file whose bytes are not kept: strong as far as whoever writes it leaves another time or length.</summary>
    public static byte[] TagOf(FileStamp stamp, string encoding) => Quote(string.Create(CultureInfo.InvariantCulture, $"{stamp.Changed.Ticks:x}-{stamp.Length:x}"), encoding);

    private static byte[] Quote(string tag, string encoding) => System.Text.Encoding.ASCII.GetBytes($"\"{tag}{(encoding.Length == 0 ? "" : "-" + encoding)}\"");
}
