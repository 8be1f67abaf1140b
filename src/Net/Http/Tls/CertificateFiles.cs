using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastCore.Net.Http.Tls;

/// <summary>Reads a certificate, its key and its chain from files.</summary>
internal static class CertificateFiles
{
    /// <exception cref="ArgumentException">There is no certificate with its private key in them.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    /// <exception cref="CryptographicException">What is in them can't be understood, or the password is not the right one.</exception>
    public static (X509Certificate2 Certificate, X509Certificate2Collection Chain) Read(string certificateFile, string? keyFile, string? password)
    {
        var bytes = File.ReadAllBytes(certificateFile);
        var isPem = keyFile != null || bytes.AsSpan().IndexOf("-----BEGIN "u8) >= 0;
        return isPem ? ReadPem(System.Text.Encoding.ASCII.GetString(bytes), keyFile, password) : ReadPkcs12(bytes, certificateFile, password);
    }

    private static (X509Certificate2, X509Certificate2Collection) ReadPem(string pem, string? keyFile, string? password)
    {
        var key = keyFile == null ? pem : File.ReadAllText(keyFile);
        var certificate = password == null ? X509Certificate2.CreateFromPem(pem, key) : X509Certificate2.CreateFromEncryptedPem(pem, key, password);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(pem);
        // The first is the certificate itself, without its key.
        chain.RemoveAt(0);
        return (certificate, chain);
    }

    private static (X509Certificate2, X509Certificate2Collection) ReadPkcs12(byte[] bytes, string file, string? password)
    {
        var chain = X509CertificateLoader.LoadPkcs12Collection(bytes, password);
        var certificate = chain.FirstOrDefault(static candidate => candidate.HasPrivateKey) ?? throw new ArgumentException($"{file} holds no certificate with its private key.");
        chain.Remove(certificate);
        return (certificate, chain);
    }
}
