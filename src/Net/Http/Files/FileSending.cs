using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace FastCore.Net.Http.Files;

/// <summary>Text that goes before a part of a file, and that part.</summary>
internal readonly record struct FilePiece(ReadOnlyMemory<byte> Text, ByteRange Range);

/// <summary>Sends parts of a file, from memory or as they are read.</summary>
internal static class FileSending
{
    private const int ChunkSize = 128 * 1024;

    /// <summary>Answers with the pieces one after the other, <paramref name="length"/> bytes in all.</summary>
    public static async ValueTask SendAsync(HttpContext context, int status, string contentType, FileEntry file, long length, IReadOnlyList<FilePiece> pieces)
    {
        using var source = file.Content == null && !context.Exchange.IsHead ? await Task.Run(() => Open(file)) : null;
        var body = context.StartResponse(status, contentType, length);
        if (context.Exchange.IsHead) return;
        foreach (var piece in pieces)
        {
            if (!piece.Text.IsEmpty) body.Write(piece.Text.Span);
            if (file.Content is { } content)
            {
                if ((await body.WriteAsync(content.Slice((int)piece.Range.Start, (int)piece.Range.Length))).IsCompleted) return;
            }
            else if (piece.Range.Length > 0)
            {
                if (!await CopyAsync(source!, piece.Range, body)) return;
            }
        }
        if ((await body.FlushAsync()).IsCompleted) return;
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
