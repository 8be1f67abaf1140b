using System.CommandLine;
using FastCore.Cli.Commands;
using FastCore.Net.Http;
using FastCore.Net.Http.Files;

namespace FastCore.Cli.Serving;

/// <summary>What <c>fastcore serve</c> is told of the folder it serves, and of HTTPS.</summary>
internal sealed class ServedFolder
{
    private readonly Option<bool> _list = new("--list") { Description = "answer for a folder without index.html with a page that lists it" };
    private readonly Option<bool> _hidden = new("--hidden") { Description = "serve files whose name begins with a dot, too" };
    private readonly Option<bool> _compress = new("--compress") { Description = "compress files that have no name.br or name.gz beside them with Brotli and gzip, once, and keep them so: text and the like, up to a megabyte" };
    private readonly Option<string?> _cacheControl = new("--cache-control") { Description = "the Cache-Control field of every file, such as max-age=3600", HelpName = "TEXT" };
    private readonly Option<string?> _certificate = CommonOptions.File("--tls-cert", "speak HTTPS with the certificate in FILE (PEM with its chain, or PKCS #12); read again when it changes, and on SIGHUP");
    private readonly Option<string?> _key = CommonOptions.File("--tls-key", "the certificate's private key in PEM, if it is in a file of its own");

    public Argument<string?> Folder { get; } = new("DIR") { Description = "the folder to serve: files with ranges, entity tags and dates, index.html, and name.br or name.gz in place of name", Arity = ArgumentArity.ZeroOrOne };

    public void AddTo(Command command)
    {
        command.Add(Folder);
        foreach (var option in (Option[])[_list, _hidden, _compress, _cacheControl, _certificate, _key]) command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_key) != null && result.GetValue(_certificate) == null) result.AddError("--tls-key goes with --tls-cert.");
            if (result.GetValue(_cacheControl)?.Any(char.IsControl) == true) result.AddError("--cache-control must not hold control characters.");
        });
    }

    public StaticFileOptions ToOptions(ParseResult parsed) => new()
    {
        ListFolders = parsed.GetValue(_list),
        ServeHidden = parsed.GetValue(_hidden),
        Compress = parsed.GetValue(_compress),
        CacheControl = parsed.GetValue(_cacheControl),
    };

    public HttpTlsOptions? ToTls(ParseResult parsed) => parsed.GetValue(_certificate) is { } file ? new HttpTlsOptions { CertificateFile = file, KeyFile = parsed.GetValue(_key) } : null;
}
