using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace FastCore.Net.Http;

/// <summary>
/// What an endpoint speaks HTTPS with. Give a <see cref="Certificate"/>, or a <see cref="CertificateFile"/> that is read again when it
/// changes, or choose one for each name with <see cref="SelectCertificate"/>.
/// </summary>
public sealed record HttpTlsOptions
{
    /// <summary>The certificate with its private key.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>A file with the certificate, and those that lead to its root behind it: PEM, or PKCS #12 if <see cref="KeyFile"/> is not given and it has no PEM in it.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>A PEM file with the private key; <see langword="null"/> looks for it in <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The password of a PKCS #12 file, or of an encrypted key.</summary>
    public string? Password { get; init; }

    /// <summary>
    /// Chooses the certificate for the name the client asks for (RFC 6066 §3; empty if it gives none); <see langword="null"/> from
    /// it takes the one above. Called for each handshake on a thread of the pool, several at once; one that blocks holds up no reactor, but
    /// takes one of <see cref="HttpServerOptions.MaxConcurrentHandshakes"/>. Give the same object each time.
    /// </summary>
    public Func<string, X509Certificate2?>? SelectCertificate { get; init; }

    /// <summary>How long a handshake may take, its waiting for others included (<see cref="HttpServerOptions.MaxConcurrentHandshakes"/>); its connection is then ended.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often, at most, a handshake looks whether the files have changed. A pair that can't be read is reported to
    /// <see cref="HttpServerOptions.OnError"/>, and the one before it stays.
    /// </summary>
    public TimeSpan ReloadInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Sets what else the platform offers: certificates of clients, versions, cipher suites. Called once for each certificate.</summary>
    public Action<SslServerAuthenticationOptions>? Configure { get; init; }

    /// <exception cref="ArgumentException">No certificate is given, or two are.</exception>
    internal void Validate()
    {
        if (Certificate != null && CertificateFile != null) throw new ArgumentException("Give Certificate or CertificateFile, not both.", nameof(Certificate));
        if (Certificate == null && CertificateFile == null && SelectCertificate == null) throw new ArgumentException("HTTPS needs a certificate: give Certificate, CertificateFile or SelectCertificate.", nameof(Certificate));
        if (Certificate is { HasPrivateKey: false }) throw new ArgumentException("The certificate has no private key.", nameof(Certificate));
        if (KeyFile != null && CertificateFile == null) throw new ArgumentException("KeyFile goes with CertificateFile.", nameof(KeyFile));
        if (HandshakeTimeout.TotalMilliseconds is < 1 or > int.MaxValue) throw new ArgumentOutOfRangeException(nameof(HandshakeTimeout), HandshakeTimeout, "Give from a millisecond to 24 days.");
        if (ReloadInterval < TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(ReloadInterval), ReloadInterval, "Give zero or more.");
    }
}
