using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastCore.Net.Http.Files;

namespace FastCore.Net.Http.Tls;

/// <summary>The certificates of an endpoint: which one a handshake gets, and whether its files have changed. Thread-safe.</summary>
internal sealed class CertificateStore
{
    private readonly HttpTlsOptions _options;
    private readonly Action<Exception, string> _report;
    private readonly Lock _gate = new();

    // One set of options per certificate, so that its chain is built once and sessions can be resumed.
    private readonly ConcurrentDictionary<X509Certificate2, SslServerAuthenticationOptions> _selected = new(ReferenceEqualityComparer.Instance);
    private volatile SslServerAuthenticationOptions? _usual;
    private (FileStamp?, FileStamp?) _stamps;
    private long _lookAt;

    /// <exception cref="ArgumentException">The files hold no certificate with its key.</exception>
    public CertificateStore(HttpTlsOptions options, Action<Exception, string> report)
    {
        _options = options;
        _report = report;
        if (options.Certificate != null) _usual = Make(options.Certificate, null);
        else if (options.CertificateFile != null) Load();
    }

    public int HandshakeMilliseconds => (int)_options.HandshakeTimeout.TotalMilliseconds;

    public ServerOptionsSelectionCallback Callback => (_, hello, _, _) => new ValueTask<SslServerAuthenticationOptions>(Select(hello.ServerName));

    /// <summary>Reads the files again, whether or not they have changed. What can't be read is reported.</summary>
    public void Reload()
    {
        if (_options.CertificateFile == null) return;
        lock (_gate) TryLoad();
    }

    private SslServerAuthenticationOptions Select(string name)
    {
        if (_options.SelectCertificate?.Invoke(name) is { } selected) return _selected.GetOrAdd(selected, static (certificate, store) => store.Make(certificate, null), this);
        if (_options.CertificateFile != null && Environment.TickCount64 >= Volatile.Read(ref _lookAt)) LookAtFiles();
        return _usual ?? throw new System.Security.Authentication.AuthenticationException($"There is no certificate for the name '{name}'.");
    }

    private void LookAtFiles()
    {
        // One handshake looks; the others go on with what there is.
        if (!_gate.TryEnter()) return;
        try
        {
            if (Environment.TickCount64 < _lookAt) return;
            Volatile.Write(ref _lookAt, Environment.TickCount64 + (long)_options.ReloadInterval.TotalMilliseconds);
            if (Stamps() != _stamps) TryLoad();
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void TryLoad()
    {
        try
        {
            Load();
        }
        catch (Exception failure) when (failure is ArgumentException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            _report(failure, $"The certificate {_options.CertificateFile} could not be read again; the one before it stays.");
        }
    }

    private void Load()
    {
        // Taken before the files are read: a change while they are read is seen the next time.
        _stamps = Stamps();
        Volatile.Write(ref _lookAt, Environment.TickCount64 + (long)_options.ReloadInterval.TotalMilliseconds);
        var (certificate, chain) = CertificateFiles.Read(_options.CertificateFile!, _options.KeyFile, _options.Password);
        _usual = Make(certificate, chain);
    }

    private (FileStamp?, FileStamp?) Stamps() => (StampOf(_options.CertificateFile!), _options.KeyFile == null ? null : StampOf(_options.KeyFile));

    // Not the time alone: a renewed file that is moved or copied into place with its old time is another file. Null where it can't be opened: to read
    // it then says why.
    private static FileStamp? StampOf(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return FileStamp.Of(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private SslServerAuthenticationOptions Make(X509Certificate2 certificate, X509Certificate2Collection? chain)
    {
        var options = new SslServerAuthenticationOptions
        {
            // Offline: a handshake must not wait for an authority's server.
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        _options.Configure?.Invoke(options);
        return options;
    }
}
