namespace FastCore.Net.Http.Files;

/// <summary>Static files for an <see cref="HttpServer"/>.</summary>
public static class HttpServerFiles
{
    /// <summary>
    /// Serves the files of a folder: GET and HEAD with ranges (RFC 9110 §14), entity tags and dates (§13), precompressed
    /// siblings and index files. Nothing outside the folder is reached, neither by dots in a path, however they are
    /// written, nor by symbolic links; nothing but files is opened.
    /// </summary>
    /// <param name="server">The server, not started yet.</param>
    /// <param name="prefix">The path the folder is served under, ending in a slash; <c>/</c> for all paths that are not mapped otherwise.</param>
    /// <param name="folder">The folder. It may change while it is served.</param>
    /// <param name="options">How; <see langword="null"/> takes the defaults.</param>
    /// <exception cref="ArgumentException">The prefix is no path that ends in a slash, or an option is out of its range.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static void MapFiles(this HttpServer server, string prefix, string folder, StaticFileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentNullException.ThrowIfNull(folder);
        if (!prefix.EndsWith('/')) throw new ArgumentException($"'{prefix}' can't be served under: end it with a slash.", nameof(prefix));
        options ??= new StaticFileOptions();
        options.Validate();
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no folder {folder}.");
        var store = new FileStore(folder, options);
        server.MapAsync(HttpMethod.Get, prefix + "{**path}", new FileSite(store, options, TimeProvider.System).HandleAsync);
        server.DisposeAtEnd(store);
    }
}
