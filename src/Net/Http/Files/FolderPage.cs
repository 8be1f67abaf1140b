using System.Globalization;
using System.Net;
using System.Text;

namespace FastCore.Net.Http.Files;

/// <summary>A page that lists a folder. Names are escaped twice over: as parts of a link, and as text.</summary>
internal static class FolderPage
{
    // Beyond this a page is of no use to a reader.
    private const int MaxEntries = 10_000;

    public static byte[] Write(string fullPath, string shownPath, bool showsHidden)
    {
        var page = new StringBuilder();
        var title = WebUtility.HtmlEncode(shownPath);
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>");
        page.Append("<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color-scheme:light dark}table{width:100%;border-collapse:collapse}td,th{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #8884}td:nth-child(n+2),th:nth-child(n+2){text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}</style>");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{title}</h1><table><tr><th>name<th>bytes<th>changed (UTC)</tr>");
        if (shownPath != "/") page.Append("<tr><td><a href=\"../\">../</a><td><td></tr>");
        foreach (var entry in new DirectoryInfo(fullPath).EnumerateFileSystemInfos().Where(entry => showsHidden || !entry.Name.StartsWith('.'))
            .Take(MaxEntries).OrderBy(static entry => entry is not DirectoryInfo).ThenBy(static entry => entry.Name, StringComparer.Ordinal))
        {
            var isFolder = entry is DirectoryInfo;
            var name = entry.Name + (isFolder ? "/" : "");
            // "./" keeps a name with a colon from being read as a scheme.
            page.Append(CultureInfo.InvariantCulture, $"<tr><td><a href=\"./{Uri.EscapeDataString(entry.Name)}{(isFolder ? "/" : "")}\">{WebUtility.HtmlEncode(name)}</a>");
            page.Append(CultureInfo.InvariantCulture, $"<td>{(entry is FileInfo { Exists: true } file ? file.Length.ToString("N0", CultureInfo.InvariantCulture) : "")}<td>{TimeOf(entry)}</tr>");
        }
        return Encoding.UTF8.GetBytes(page.Append("</table></html>\n").ToString());
    }

    private static string TimeOf(FileSystemInfo entry)
    {
        try
        {
            return entry.LastWriteTimeUtc.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        }
        catch (ArgumentOutOfRangeException)
        {
            // A file system may keep times that are no DateTime.
            return "";
        }
    }
}
