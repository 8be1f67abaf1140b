using System.Buffers;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;
using Microsoft.Win32.SafeHandles;

namespace FastCore.Net.Http.Files;

/// <summary>Text that goes before a part of a file, and that part.</summary>
internal readonly record struct FilePiece(ReadOnlyMemory<byte> Text, ByteRange Range);

/// <summary>
/// Sends parts of a file. Where the connection takes files, from the page cache: a file that is open, that has not changed, and
/// whose part the cache holds, so that the reactor does not wait for a disk. All else from memory, or as the thread pool reads it.
/// </summary>
internal static class FileSending
{
    private const int ChunkSize = 128 * 1024;

    // What is looked up in the page cache, and queued, at a time.
    private const int SendSize = 1 << 20;

    /// <summary>
    /// A hold on the file, if the part can be sent from the page cache now and at once; null if not. For a handler that runs on the
    /// reactor and answers with a body.
    /// </summary>
    public static OpenFile? TryHold(HttpContext context, FileEntry file, ByteRange part)
    {
        if (part.Length is 0 or > SendSize || !CanSend(context, file, part)) return null;
        if (file.TryHold() is not { } opened) return null;
        if (FileTransfer.IsCached(opened.Descriptor, part.Start, (int)part.Length)) return opened;
        opened.Release();
        return null;
    }

    /// <summary>Whether a part is to be sent from the page cache, and is more than goes in one piece.</summary>
    public static bool IsBetterInParts(HttpContext context, FileEntry file, ByteRange part) => part.Length > SendSize && CanSend(context, file, part);

    /// <summary>Answers with the pieces one after the other, <paramref name="length"/> bytes in all.</summary>
    public static async ValueTask SendAsync(HttpContext context, int status, string contentType, FileEntry file, long length, IReadOnlyList<FilePiece> pieces)
    {
        var isHead = context.Exchange.IsHead;
        var source = isHead ? null : file.TryHold();
        if (source == null && file.Content == null && !isHead) source = new OpenFile(await Task.Run(() => Open(file)));
        try
        {
            var body = context.StartResponse(status, contentType, length);
            if (isHead) return;
            foreach (var piece in pieces)
            {
                if (!piece.Text.IsEmpty) body.Write(piece.Text.Span);
                if (piece.Range.Length == 0) continue;
                var canSend = source != null && CanSend(context, file, piece.Range);
                if (!canSend && file.Content is { } content)
                {
                    if ((await body.WriteAsync(content.Slice((int)piece.Range.Start, (int)piece.Range.Length))).IsCompleted) return;
                }
                else if (!await (canSend ? SendAsync(source!, piece.Range, body) : CopyAsync(source!.Handle, piece.Range, body)))
                {
                    return;
                }
            }
            if ((await body.FlushAsync()).IsCompleted) return;
        }
        finally
        {
            source?.Release();
        }
    }

    private static bool CanSend(HttpContext context, FileEntry file, ByteRange part) =>
        file.Opened != null && (file.Content == null || part.Length >= file.Store.SendFileThreshold)
        && context.Exchange is { IsHead: false, IsOffloaded: false, Connection: { CanWrite: true, SendsFiles: true } };

    // What the page cache does not hold is read on the thread pool, and what lies behind it has come by then, for the system reads ahead.
    private static async ValueTask<bool> SendAsync(OpenFile source, ByteRange range, HttpResponseBody body)
    {
        for (long at = 0; at < range.Length;)
        {
            var part = new ByteRange(range.Start + at, Math.Min(SendSize, range.Length - at));
            at += part.Length;
            if (!FileTransfer.IsCached(source.Descriptor, part.Start, (int)part.Length))
            {
                if (!await CopyAsync(source.Handle, part, body)) return false;
            }
            else if ((await body.WriteFileAsync(source, part.Start, (int)part.Length)).IsCompleted)
            {
                return false;
            }
        }
        return true;
    }

    // The next chunk is read while the one before it is sent. Neither array goes back while the kernel may write into it.
    private static async ValueTask<bool> CopyAsync(SafeFileHandle source, ByteRange range, HttpResponseBody body)
    {
        var sent = ArrayPool<byte>.Shared.Rent(ChunkSize);
        var read = ArrayPool<byte>.Shared.Rent(ChunkSize);
        var reading = ReadAsync(source, read, range.Start, range.Length);
        try
        {
            for (long at = 0; at < range.Length;)
            {
                var count = await reading;
                // Shorter than it was: the answer ends short of its length, and the client sees it.
                if (count == 0) throw new IOException("The file became shorter while it was sent.");
                at += count;
                (sent, read) = (read, sent);
                reading = at < range.Length ? ReadAsync(source, read, range.Start + at, range.Length - at) : Task.FromResult(0);
                if ((await body.WriteAsync(sent.AsMemory(0, count))).IsCompleted) return false;
            }
            return true;
        }
        finally
        {
            await reading;
            ArrayPool<byte>.Shared.Return(sent);
            ArrayPool<byte>.Shared.Return(read);
        }
    }

    private static Task<int> ReadAsync(SafeFileHandle source, byte[] into, long offset, long left) =>
        RandomAccess.ReadAsync(source, into.AsMemory(0, (int)Math.Min(ChunkSize, left)), offset).AsTask();

    /// <exception cref="IOException">It is not the one any more that was found.</exception>
    private static SafeFileHandle Open(FileEntry file)
    {
        var source = file.Store.Open(file.FullPath);
        if (source != null && RandomAccess.GetLength(source) == file.Length && File.GetLastWriteTimeUtc(source) == file.Changed) return source;
        source?.Dispose();
        throw new IOException($"{file.FullPath} changed after it had been found.");
    }
}
