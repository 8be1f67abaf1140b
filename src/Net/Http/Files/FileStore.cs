using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using FastCore.Collections;
using FastCore.Net.Http.Coding;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;
using Microsoft.Win32.SafeHandles;

namespace FastCore.Net.Http.Files;

/// <summary>The files of a folder, those asked for lately kept in memory, or open to be sent. Thread-safe; what touches the disk blocks.</summary>
internal sealed class FileStore : IDisposable
{
    // The best first.
    private static readonly (string Name, string Extension)[] Codings = [("br", ".br"), ("gzip", ".gz")];

    // Below, the packets are not fewer for it.
    private const int MinCompressed = 1024;

    // A file that has been removed takes its place on the disk until it is closed.
    private const int OpenMilliseconds = 10_000;

    private static readonly MediaTypeSet Compressible = new(new HttpCompressionOptions().MediaTypes);

    private readonly StaticFileOptions _options;
    private readonly ContentTypes _types;
    private readonly ConcurrentMap<string, FileEntry> _entries = new();
    private readonly ConcurrentMap<string, FileEntry>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Lock _gate = new();
    private readonly Timer _closer;
    private long _size;
    private int _open;
    private bool _isDisposed;
    private long _read;
    private long _bytesRead;

    // What tests set by hand: the time, and what is told of files.
    private readonly TimeProvider _time;
    private readonly Func<SafeFileHandle, FileStamp> _stampOf;

    public FileStore(string folder, StaticFileOptions options, TimeProvider? time = null, Func<SafeFileHandle, FileStamp>? stampOf = null)
    {
        _options = options;
        _time = time ?? TimeProvider.System;
        _stampOf = stampOf ?? FileStamp.Of;
        _types = new ContentTypes(options.ContentTypes);
        Root = Path.GetFullPath(folder);
        _closer = new Timer(static store => ((FileStore)store!).CloseUnused(Environment.TickCount64 - OpenMilliseconds), this, Timeout.Infinite, Timeout.Infinite);
        _lookup = _entries.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string Root { get; }

    /// <summary>Bytes kept.</summary>
    public long Size => Interlocked.Read(ref _size);

    /// <summary>Bytes of files that it has read into memory.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Files held open to be sent.</summary>
    public int OpenCount => Volatile.Read(ref _open);

    /// <summary>From how many bytes on a file is sent from where it lies.</summary>
    public int SendFileThreshold => _options.SendFileThreshold;

    /// <summary>A file that is kept and was looked at a short time ago. Touches no disk, but asks whether one that is only held open is as it was.</summary>
    public FileEntry? FindFresh(ReadOnlySpan<char> path)
    {
        if (!_lookup.TryGetValue(path, out var entry)) return null;
        var now = Environment.TickCount64;
        if (now - Volatile.Read(ref entry.LookedAt) >= _options.RevalidateAfter.TotalMilliseconds || !entry.IsAtHand) return null;
        Volatile.Write(ref entry.UsedAt, now);
        return entry;
    }

    /// <summary>The file as it is now, or null if there is none.</summary>
    /// <exception cref="UnauthorizedAccessException">This process may not read it.</exception>
    public FileEntry? Look(string path)
    {
        var entry = Read(path);
        if (entry == null || (entry.Size == 0 && entry.OpenCount == 0))
        {
            Forget(path);
            return entry;
        }
        try
        {
            if (_options.Compress) entry = WithCodedForms(path, entry);
        }
        catch
        {
            entry.Close();
            throw;
        }
        return Keep(path, entry);
    }

    public bool IsFolder(string path) => Directory.Exists(FullPath(path)) && IsInside(RealPath(FullPath(path)));

    public string FullPath(string path) => Path.Join(Root, path);

    /// <summary>Opens a file to be read, if it is one and lies inside; null if not.</summary>
    /// <exception cref="UnauthorizedAccessException">This process may not read it.</exception>
    public SafeFileHandle? Open(string fullPath)
    {
        // Where the root is a link that is given another target meanwhile, what was opened lay in the one and is looked for in the other.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var file = OpenAnywhere(fullPath);
            if (file == null || IsInside(RealPath(fullPath, file))) return file;
            file.Dispose();
        }
        return null;
    }

    private static SafeFileHandle? OpenAnywhere(string fullPath)
    {
        if (OperatingSystem.IsLinux()) return LinuxFiles.OpenRegular(fullPath);
        try
        {
            return File.Exists(fullPath) ? File.OpenHandle(fullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous) : null;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException or PathTooLongException)
        {
            return null;
        }
    }

    private FileEntry? Read(string path)
    {
        var fullPath = FullPath(path);
        DateTime changed;
        using (var file = Open(fullPath))
        {
            if (file == null) return null;
            changed = _stampOf(file).Changed;
        }
        var kept = _entries.TryGetValue(path, out var found) ? found : null;
        var siblings = new List<FileEntry>();
        FileEntry? entry = null;
        try
        {
            // Before the file itself: one that is put in its place meanwhile is younger than they are.
            foreach (var (name, extension) in _options.ServePrecompressed ? Codings : [])
            {
                var keptSibling = kept == null ? null : Array.Find(kept.Precompressed, sibling => sibling.Encoding == name && !sibling.IsMade);
                if (ReadOne(fullPath + extension, path, name, [], keptSibling, changed) is { } sibling) siblings.Add(sibling);
            }
            return entry = ReadOne(fullPath, path, "", [.. siblings], kept, DateTime.MinValue);
        }
        finally
        {
            if (entry == null) siblings.ForEach(static sibling => sibling.Close());
        }
    }

    /// <param name="fullPath">Where it lies.</param>
    /// <param name="path">The path of the file that is not coded, by which its type goes.</param>
    /// <param name="encoding">How it is coded.</param>
    /// <param name="siblings">The same file in other codings; those older than it are left out.</param>
    /// <param name="kept">What is kept of it; its bytes are taken if it still holds them.</param>
    /// <param name="notBefore">One that was changed last before this is left out.</param>
    private FileEntry? ReadOne(string fullPath, string path, string encoding, FileEntry[] siblings, FileEntry? kept, DateTime notBefore)
    {
        var file = Open(fullPath);
        if (file == null) return null;
        OpenFile? opened = null;
        FileEntry? entry = null;
        try
        {
            // The time before the stamp and the stamp before the bytes: what changes in between is found the next time.
            var now = _time.GetUtcNow().UtcDateTime;
            var stamp = _stampOf(file);
            if (stamp.Changed < notBefore) return null;
            foreach (var older in Array.FindAll(siblings, sibling => sibling.Changed < stamp.Changed)) older.Close();
            siblings = Array.FindAll(siblings, sibling => sibling.Changed >= stamp.Changed);
            var content = stamp.Length > _options.MaxCachedFileSize ? null : kept?.Content != null && kept.Holds(stamp) ? kept.Content : ReadAll(file, (int)stamp.Length);
            // It changed while it was read; the next look finds it whole.
            if (content != null && content.Value.Length != stamp.Length) content = null;
            if (IsWorthSending(file, stamp.Length))
            {
                opened = new OpenFile(file);
            }
            // Bytes that are kept have their tag; to compare them costs less than to make it again.
            var tag = content is not { } bytes ? FileEntry.TagOf(stamp, encoding)
                : kept?.Content is { } known && known.Span.SequenceEqual(bytes.Span) ? kept.Tag
                : FileEntry.TagOf(bytes.Span, encoding);
            return entry = Make(fullPath, stamp, stamp.IsSettledAt(now) ? stamp.Touched : null, _types.Of(path), encoding, tag, content, siblings, opened);
        }
        finally
        {
            if (opened == null) file.Dispose();
            else if (entry == null) opened.Release();
        }
    }

    private bool IsWorthSending(SafeFileHandle file, long length) =>
        OperatingSystem.IsLinux() && length >= Math.Min(_options.SendFileThreshold, _options.MaxCachedFileSize + 1L) && _options is { SendFileThreshold: < int.MaxValue, MaxOpenFiles: > 0 } && FileTransfer.IsPossible((int)file.DangerousGetHandle());

    /// <summary>The file with coded forms of it that are as good as siblings, if it has none and they are worth it; those that are kept of it, if it has not changed.</summary>
    private FileEntry WithCodedForms(string path, FileEntry file)
    {
        if (file.Content is not { } content || file.Precompressed.Length > 0 || file.Length < MinCompressed || !Compressible.Contains(file.ContentType)) return file;
        // Not to be left to what is kept: that may have gone meanwhile, or be replaced by this, which is open.
        FileEntry[] forms = _entries.TryGetValue(path, out var kept) && kept.IsSameAs(file) ? kept.Precompressed
            : [.. Codings.Select(coding => Code(file, content.Span, coding.Name)).OfType<FileEntry>()];
        return forms.Length == 0 ? file : Make(file.FullPath, file.Stamp, file.SettledAt, file.ContentType, "", file.Tag, content, forms, file.Opened);
    }

    private FileEntry? Code(FileEntry file, ReadOnlySpan<byte> content, string name)
    {
        var limit = WholeCoder.LimitOf(content.Length);
        var room = ArrayPool<byte>.Shared.Rent(limit);
        try
        {
            var coding = name == "br" ? ContentCoding.Brotli : ContentCoding.Gzip;
            if (!new WholeCoder(CompressionLevel.Optimal).TryCode(coding, content, new ArraySegment<byte>(room, 0, limit), out var length)) return null;
            var coded = GC.AllocateUninitializedArray<byte>(length, pinned: true);
            room.AsSpan(0, length).CopyTo(coded);
            var tag = FileEntry.TagOf(coded, name);
            return Make(file.FullPath, file.Stamp with { Length = length }, null, file.ContentType, name, tag, MemoryMarshal.CreateFromPinnedArray(coded, 0, length), [], null, isMade: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    private FileEntry Make(string fullPath, FileStamp stamp, DateTime? settledAt, string type, string encoding, byte[] tag, ReadOnlyMemory<byte>? content, FileEntry[] siblings, OpenFile? opened, bool isMade = false)
    {
        var (length, changed) = (stamp.Length, stamp.Changed);
        var modified = new DateTime(changed.Ticks - changed.Ticks % TimeSpan.TicksPerSecond, DateTimeKind.Utc);
        var varies = encoding.Length > 0 || siblings.Length > 0;
        (string, string)[] validators = [("ETag", System.Text.Encoding.ASCII.GetString(tag)), ("Last-Modified", HttpDates.Format(modified)),
            .. _options.CacheControl is { } cache ? [("Cache-Control", cache)] : (ReadOnlySpan<(string, string)>)[],
            .. varies ? [("Vary", "Accept-Encoding")] : (ReadOnlySpan<(string, string)>)[]];
        (string, string)[] fields = [.. validators, ("Accept-Ranges", "bytes"), .. encoding.Length > 0 ? [("Content-Encoding", encoding)] : (ReadOnlySpan<(string, string)>)[]];
        return new FileEntry
        {
            Store = this,
            FullPath = fullPath,
            Stamp = stamp,
            SettledAt = settledAt,
            LastModified = modified,
            ContentType = type,
            Encoding = encoding,
            Tag = tag,
            Content = content,
            Fields = fields,
            Whole = content == null ? null : PreparedResponse.Create(200, content.Value, type, fields),
            Opened = opened,
            Head = opened == null ? null : PreparedResponse.CreateHead(200, length, type, fields),
            NotModified = PreparedResponse.Create(304, default, "", validators),
            Precompressed = siblings,
            IsMade = isMade,
            Number = Interlocked.Increment(ref _read),
            LookedAt = Environment.TickCount64,
            UsedAt = Environment.TickCount64,
        };
    }

    // On the pinned heap, so that sending it pins nothing.
    private ReadOnlyMemory<byte>? ReadAll(SafeFileHandle file, int length)
    {
        var array = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        var count = 0;
        while (count < length)
        {
            var read = RandomAccess.Read(file, array.AsSpan(count), count);
            if (read == 0) break;
            count += read;
        }
        Interlocked.Add(ref _bytesRead, count);
        return MemoryMarshal.CreateFromPinnedArray(array, 0, count);
    }

    /// <returns>What is kept: the entry, or one that says the same.</returns>
    private FileEntry Keep(string path, FileEntry entry)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(path, out var old))
            {
                if (old.IsSameAs(entry) && (old.OpenCount >= entry.OpenCount || _isDisposed))
                {
                    // The bytes at hand are as good, and warm.
                    old.Confirm(entry);
                    entry.Close();
                    return old;
                }
                Drop(old);
            }
            if (_isDisposed) entry.Close();
            _entries[path] = entry;
            _size += entry.Size;
            _open += entry.OpenCount;
            if (_open > 0 && _open == entry.OpenCount) _closer.Change(OpenMilliseconds / 2, OpenMilliseconds / 2);
            if (_size > _options.MaxCacheSize) Trim();
            if (_open > _options.MaxOpenFiles) CloseOldest();
            return entry;
        }
    }

    private void Drop(FileEntry entry)
    {
        _size -= entry.Size;
        Close(entry);
    }

    private void Close(FileEntry entry)
    {
        _open -= entry.OpenCount;
        entry.Close();
    }

    private void Forget(string path)
    {
        lock (_gate)
        {
            if (_entries.TryRemove(path, out var old)) Drop(old);
        }
    }

    // Down to three quarters, so that not every file that comes has to look for one to go.
    private void Trim()
    {
        foreach (var (path, entry) in OldestFirst())
        {
            if (_size <= _options.MaxCacheSize / 4 * 3) break;
            if (_entries.TryRemove(path, out _)) Drop(entry);
        }
    }

    private KeyValuePair<string, FileEntry>[] OldestFirst() =>
        [.. _entries.OrderBy(static pair => Volatile.Read(ref pair.Value.UsedAt)).ThenBy(static pair => pair.Value.Number)];

    // As far as Trim.
    private void CloseOldest()
    {
        foreach (var (path, entry) in OldestFirst())
        {
            if (_open <= _options.MaxOpenFiles / 4 * 3) break;
            CloseOne(path, entry);
        }
    }

    /// <summary>Closes the files that were used last before a time on the system's clock, in milliseconds.</summary>
    internal void CloseUnused(long before)
    {
        lock (_gate)
        {
            foreach (var (path, entry) in OldestFirst())
            {
                if (Volatile.Read(ref entry.UsedAt) > before) break;
                CloseOne(path, entry);
            }
            if (_open == 0) _closer.Change(Timeout.Infinite, Timeout.Infinite);
        }
    }

    // One that is kept in memory as well stays there, and is opened again with the next look at it.
    private void CloseOne(string path, FileEntry entry)
    {
        Close(entry);
        if (entry.Size == 0) _entries.TryRemove(path, out _);
    }

    /// <summary>Closes its files; requests that are still under way have them until they end.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            CloseUnused(long.MaxValue);
            _closer.Dispose();
            _isDisposed = true;
        }
    }

    // The root is followed each time: a site may be put in place by giving a link another target.
    private bool IsInside(string realPath)
    {
        var root = RealPath(Root);
        return realPath == root || realPath.StartsWith(root.EndsWith('/') ? root : root + "/", StringComparison.Ordinal);
    }

    /// <summary>Where the path leads when all links are followed; of an open file, where it really lies.</summary>
    private static string RealPath(string path, SafeFileHandle? file = null)
    {
        // Where /proc is not mounted the path is walked, as elsewhere.
        if (file != null && OperatingSystem.IsLinux() && new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget is { } opened) return opened;
        var real = Path.GetPathRoot(path) ?? "";
        foreach (var name in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Join(real, name);
            FileSystemInfo info = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
            if (info.LinkTarget != null && info.ResolveLinkTarget(returnFinalTarget: true) is { } target) real = RealPath(target.FullName);
        }
        return real;
    }
}
