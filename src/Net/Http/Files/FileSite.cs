using System.Text;
using FastCore.Net.Http.Coding;

namespace FastCore.Net.Http.Files;

/// <summary>Answers requests for the files of a folder.</summary>
internal sealed class FileSite(FileStore store, StaticFileOptions options, TimeProvider time)
{
    private const int MaxPlainPath = 512;

    /// <summary>The handler. A file that is kept is answered at once; all else looks at the disk on the thread pool, so that a slow one holds up nobody.</summary>
    public ValueTask HandleAsync(HttpContext context)
    {
        var raw = context.RouteValue;
        if (raw.Length > 0 && raw.Length <= MaxPlainPath)
        {
            Span<char> room = stackalloc char[raw.Length];
            if (!FilePath.TryRead(raw, options.ServeHidden, room, out var length))
            {
                NotFound(context);
                return default;
            }
            if (store.FindFresh(room[..length]) is { } entry) return AnswerAsync(context, entry);
        }
        return LookAsync(context);
    }

    private async ValueTask LookAsync(HttpContext context)
    {
        if (!TryReadPath(context.RouteValue, out var path))
        {
            NotFound(context);
            return;
        }
        var found = await Task.Run(() => Look(path));
        switch (found)
        {
            case { Entry: { } entry }:
                await AnswerAsync(context, entry);
                break;
            case { Page: { } page }:
                context.AddHeader("Cache-Control"u8, "no-cache"u8);
                context.Respond(page.AsMemory(), "text/html; charset=utf-8");
                break;
            case { IsFolder: true }:
                RedirectToFolder(context);
                break;
            case { IsForbidden: true }:
                context.Respond(403, "This file may not be read.\n"u8, "text/plain");
                break;
            default:
                NotFound(context);
                break;
        }
    }

    private bool TryReadPath(ReadOnlySpan<byte> raw, out string path)
    {
        var room = new char[raw.Length];
        var isPath = FilePath.TryRead(raw, options.ServeHidden, room, out var length);
        path = new string(room, 0, length);
        return isPath;
    }

    private sealed record Found(FileEntry? Entry = null, byte[]? Page = null, bool IsFolder = false, bool IsForbidden = false);

    private Found Look(string path)
    {
        try
        {
            if (path.Length > 0 && !path.EndsWith('/')) return store.Look(path) is { } entry ? new Found(entry) : new Found(IsFolder: store.IsFolder(path));
            if (!store.IsFolder(path)) return new Found();
            foreach (var index in options.IndexFiles)
            {
                if (store.Look(path + index) is { } entry) return new Found(entry);
            }
            return new Found(Page: options.ListFolders ? FolderPage.Write(store.FullPath(path), "/" + path, options.ServeHidden) : null);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or System.Security.SecurityException)
        {
            return new Found(IsForbidden: true);
        }
        catch (DirectoryNotFoundException)
        {
            // It has gone since it was found.
            return new Found();
        }
    }

    private static void NotFound(HttpContext context) => context.Respond(404, "There is nothing at this path.\n"u8, "text/plain");

    /// <summary>Links in a folder's page start from its slash.</summary>
    private static void RedirectToFolder(HttpContext context)
    {
        // No empty segment gets here, so the target can't be read as another host.
        var target = new StringBuilder(Encoding.ASCII.GetString(context.Path)).Append('/');
        if (!context.Query.IsEmpty) target.Append('?').Append(Encoding.ASCII.GetString(context.Query));
        context.AddHeader("Location", target.ToString());
        context.Respond(308);
    }

    private ValueTask AnswerAsync(HttpContext context, FileEntry file)
    {
        var fields = context.Headers;
        // Its coded forms are files, or are kept as files are.
        context.Exchange.KeepsContent = true;
        if (file.Codings.Length > 0 && AcceptedEncodings.Best(fields, file.Codings) is var best and >= 0) file = file.Precompressed[best];
        switch (Preconditions.Judge(fields, file))
        {
            case 304:
                context.Respond(file.NotModified);
                return default;
            case 412:
                context.Respond(412);
                return default;
        }
        if (context.Exchange.IsHead || !Preconditions.AllowsRange(fields, file, time.GetUtcNow().UtcDateTime)) return WholeAsync(context, file);
        switch (ByteRanges.Read(fields, file.Length, options.MaxRanges, out var ranges))
        {
            case ByteRanges.Verdict.Ignore:
                return WholeAsync(context, file);
            case ByteRanges.Verdict.Unsatisfiable:
                context.AddHeader("Content-Range", $"bytes */{file.Length}");
                context.Respond(416);
                return default;
            default:
                return ranges.Count == 1 ? PartAsync(context, file, ranges[0]) : PartsAsync(context, file, ranges);
        }
    }

    private static ValueTask WholeAsync(HttpContext context, FileEntry file)
    {
        if (file.Head is { } head)
        {
            var whole = new ByteRange(0, file.Length);
            if (FileSending.TryHold(context, file, whole) is { } opened)
            {
                context.Exchange.Respond(head, opened, 0, (int)file.Length);
                return default;
            }
            if (!context.Exchange.IsHead && (file.Whole == null || FileSending.IsBetterInParts(context, file, whole))) return SendAsync(context, 200, file, whole);
            context.Respond(file.Whole ?? head);
            return default;
        }
        if (file.Whole == null) return SendAsync(context, 200, file, new ByteRange(0, file.Length));
        context.Respond(file.Whole);
        return default;
    }

    private static ValueTask PartAsync(HttpContext context, FileEntry file, ByteRange range)
    {
        context.AddHeader("Content-Range", $"bytes {range.Start}-{range.End}/{file.Length}");
        return SendAsync(context, 206, file, range);
    }

    private static ValueTask SendAsync(HttpContext context, int status, FileEntry file, ByteRange range)
    {
        foreach (var (name, value) in file.Fields) context.AddHeader(name, value);
        if (FileSending.TryHold(context, file, range) is { } opened)
        {
            context.Exchange.Respond(status, file.ContentType, opened, range.Start, (int)range.Length);
            return default;
        }
        if (file.Content is { } content && !FileSending.IsBetterInParts(context, file, range))
        {
            context.Respond(status, content.Slice((int)range.Start, (int)range.Length), file.ContentType);
            return default;
        }
        return FileSending.SendAsync(context, status, file.ContentType, file, range.Length, [new FilePiece(default, range)]);
    }

    /// <summary>Several ranges, each as a part of its own (RFC 9110 §14.6).</summary>
    private static ValueTask PartsAsync(HttpContext context, FileEntry file, IReadOnlyList<ByteRange> ranges)
    {
        var boundary = $"fastcore-{Guid.NewGuid():N}";
        var pieces = new List<FilePiece>();
        foreach (var range in ranges)
            pieces.Add(new FilePiece(Encoding.ASCII.GetBytes($"\r\n--{boundary}\r\nContent-Type: {file.ContentType}\r\nContent-Range: bytes {range.Start}-{range.End}/{file.Length}\r\n\r\n"), range));
        pieces.Add(new FilePiece(Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"), default));
        foreach (var (name, value) in file.Fields) context.AddHeader(name, value);
        return FileSending.SendAsync(context, 206, $"multipart/byteranges; boundary={boundary}", file, pieces.Sum(static piece => piece.Text.Length + piece.Range.Length), pieces);
    }
}
