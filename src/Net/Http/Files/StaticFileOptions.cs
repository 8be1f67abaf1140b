namespace FastCore.Net.Http.Files;

/// <summary>How a folder is served (<see cref="HttpServerFiles.MapFiles"/>).</summary>
public sealed record StaticFileOptions
{
    /// <summary>What answers for a folder, the first that is there.</summary>
    public IReadOnlyList<string> IndexFiles { get; init; } = ["index.html"];

    /// <summary>Whether a folder without an index file is answered with a page that lists it; else it gets 404.</summary>
    public bool ListFolders { get; init; }

    /// <summary>Whether files and folders whose name begins with a dot are served. <c>.well-known</c> always is (RFC 8615).</summary>
    public bool ServeHidden { get; init; }

    /// <summary>Whether <c>name.br</c> and <c>name.gz</c> beside a file are sent in its place to clients that take them, if they are not older than it.</summary>
    public bool ServePrecompressed { get; init; } = true;

    /// <summary>
    /// Whether files that have no precompressed siblings are compressed with Brotli and gzip when they are first asked for, and
    /// kept so: text and what else becomes shorter (<see cref="HttpCompressionOptions.MediaTypes"/>), from a kilobyte to <see cref="MaxCachedFileSize"/>.
    /// It happens on the thread pool, once for each change of a file. A file repeats nothing of a request, so this is safe over TLS too.
    /// </summary>
    public bool Compress { get; init; }

    /// <summary>Bytes of the largest file that is kept in memory; larger ones are sent from the system's page cache, or read for each request where that can't be.</summary>
    public int MaxCachedFileSize { get; init; } = 1 << 20;

    /// <summary>Bytes of all files kept in memory; beyond it those used longest ago go.</summary>
    public long MaxCacheSize { get; init; } = 64L << 20;

    /// <summary>
    /// Bytes from which a file that is kept in memory, or a part of one, goes from the system's page cache to the connection without
    /// passing through this process, where the transport can do that: on Linux, and not over TLS. Larger files than are kept in memory
    /// always go that way. What is not in the page cache is read as ever. <see cref="int.MaxValue"/> sends none so.
    /// </summary>
    public int SendFileThreshold { get; init; } = 1 << 20;

    /// <summary>Files that are held open at a time to be sent that way, because they were asked for lately.</summary>
    public int MaxOpenFiles { get; init; } = 512;

    /// <summary>How long a file that is kept is served without a look at whether it has changed.</summary>
    public TimeSpan RevalidateAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The Cache-Control field of every file; <see langword="null"/> sends none.</summary>
    public string? CacheControl { get; init; }

    /// <summary>Media types by extension, dot included, in lower case; they go before the usual ones.</summary>
    public IReadOnlyDictionary<string, string> ContentTypes { get; init; } = new Dictionary<string, string>();

    /// <summary>Ranges of one request; with more of them it gets the whole file.</summary>
    public int MaxRanges { get; init; } = 16;

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(IndexFiles);
        ArgumentNullException.ThrowIfNull(ContentTypes);
        foreach (var name in IndexFiles)
        {
            if (string.IsNullOrEmpty(name) || name.AsSpan().ContainsAny('/', '\\', '\0')) throw new ArgumentException("An index file is a file's name.", nameof(IndexFiles));
        }
        ArgumentOutOfRangeException.ThrowIfNegative(MaxCachedFileSize);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxCacheSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRanges, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(SendFileThreshold, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxOpenFiles);
        if (RevalidateAfter < TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(RevalidateAfter), RevalidateAfter, "Give zero or more.");
        if (CacheControl != null) Server.FieldRules.VerifyValue(System.Text.Encoding.UTF8.GetBytes(CacheControl), nameof(CacheControl));
        foreach (var type in ContentTypes.Values) Server.FieldRules.VerifyContentType(type);
    }
}
