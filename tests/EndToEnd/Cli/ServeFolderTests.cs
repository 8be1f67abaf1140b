using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore serve DIR</c>, with curl as the client.</summary>
internal sealed class ServeFolderTests
{
    private const int HangUp = 1;

    private string _folder = "";

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("fastcore-folder-").FullName;
        Directory.CreateDirectory(Path.Join(_folder, "site", "sub"));
        File.WriteAllText(Path.Join(_folder, "site", "a.txt"), "0123456789");
        File.WriteAllText(Path.Join(_folder, "site", "index.html"), "<p>index");
        File.WriteAllText(Path.Join(_folder, "secret.txt"), "secret");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_folder_is_served()
    {
        using var server = Serve("--list", "--cache-control", "max-age=60");
        Assert.Multiple(() =>
        {
            Assert.That(Curl(server, "/"), Is.EqualTo("<p>index"));
            Assert.That(Curl(server, "/a.txt", "-r", "2-4"), Is.EqualTo("234"));
            Assert.That(Curl(server, "/a.txt", "-D", "-"), Does.Contain("Cache-Control: max-age=60").And.Contain("Content-Type: text/plain; charset=utf-8"));
            Assert.That(Curl(server, "/sub/"), Does.Contain("<h1>/sub/</h1>"));
            Assert.That(Curl(server, "/sub/../../secret.txt", "--path-as-is", "-w", "%{http_code}"), Does.EndWith("404"));
            Assert.That(Curl(server, "/%2e%2e/secret.txt", "--path-as-is", "-w", "%{http_code}"), Does.EndWith("404"));
        });
        Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
    }

    [Test]
    public void Files_are_compressed()
    {
        File.WriteAllText(Path.Join(_folder, "site", "long.txt"), new string('a', 5000));
        using var server = Serve("--compress");
        Assert.Multiple(() =>
        {
            Assert.That(Curl(server, "/long.txt", "--compressed", "-D", "-"), Does.Contain("Content-Encoding: ").And.EndWith(new string('a', 5000)));
            Assert.That(Curl(server, "/long.txt"), Is.EqualTo(new string('a', 5000)));
        });
        Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
    }

    [Test]
    public void It_speaks_https_and_reads_a_new_certificate_on_SIGHUP()
    {
        var (certificate, key) = (Path.Join(_folder, "certificate.pem"), Path.Join(_folder, "key.pem"));
        WriteCertificate(certificate, key, "first.example");
        using var server = Serve("--tls-cert", certificate, "--tls-key", key);
        Assert.That(server.Address, Does.StartWith("https://"));
        Assert.That(Curl(server, "/a.txt", "-k"), Is.EqualTo("0123456789"));
        Assert.That(Subject(server), Does.Contain("first.example"));
        WriteCertificate(certificate, key, "second.example");
        server.Signal(HangUp);
        Assert.That(() => Subject(server), Does.Contain("second.example").After(10_000, 50));
        Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
    }

    [TestCase("combined", "\"GET /a.txt HTTP/1.1\" 200 10 \"-\" \"test/1\"")]
    [TestCase("json", "\"target\":\"/a.txt\"")]
    public void Requests_are_logged(string format, string expected)
    {
        var log = Path.Join(_folder, "access.log");
        using (var server = Serve("--access-log", log, "--access-log-format", format))
        {
            Curl(server, "/a.txt", "-A", "test/1");
            Curl(server, "/none");
            Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
        }
        var lines = File.ReadAllLines(log);
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[0], Does.Contain(expected).And.Contain("127.0.0.1"));
        Assert.That(lines[1], Does.Contain("404"));
    }

    [Test]
    public void A_log_that_was_renamed_is_opened_again_on_SIGHUP()
    {
        var log = Path.Join(_folder, "access.log");
        using (var server = Serve("--access-log", log))
        {
            Curl(server, "/a.txt?before");
            File.Move(log, log + ".1");
            server.Signal(HangUp);
            Assert.That(() => File.Exists(log), Is.True.After(10_000, 20));
            Curl(server, "/a.txt?after");
            Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
        }
        Assert.That(File.ReadAllText(log), Does.Contain("?after"));
        Assert.That(File.ReadAllText(log + ".1"), Does.Not.Contain("?after"));
        Assert.That(File.ReadAllText(log) + File.ReadAllText(log + ".1"), Does.Contain("?before"));
    }

    [TestCase("3", "There is no folder", "/nonexistent")]
    [TestCase("3", "nonexistent.pem", ".", "--tls-cert", "/nonexistent.pem")]
    [TestCase("2", "say what to serve")]
    [TestCase("3", "--access-log", ".", "--access-log", "/nonexistent/log")]
    [TestCase("2", "--access-log-format goes with --access-log", ".", "--access-log-format", "json")]
    [TestCase("2", "--tls-key goes with --tls-cert", ".", "--tls-key", "a")]
    public void What_can_not_be_served_is_a_sentence(string exitCode, string sentence, params string[] arguments)
    {
        var result = FastCoreProgram.Run(["serve", "--port", "0", .. arguments]);
        Assert.That((result.ExitCode.ToString(System.Globalization.CultureInfo.InvariantCulture), result.Output), Is.EqualTo((exitCode, "")));
        Assert.That(result.Error, Does.Contain(sentence));
    }

    private RunningServer Serve(params string[] arguments) => new(FastCoreProgram.Executable, ["serve", Path.Join(_folder, "site"), "--port", "0", .. arguments]);

    private static string Curl(RunningServer server, string path, params string[] arguments) =>
        FastCoreProgram.Run(FastCoreProgram.Installed("curl"), ["-s", "--max-time", "20", .. arguments, server.Address + path], []).Output;

    // curl tells of the certificate on its standard error.
    private static string Subject(RunningServer server) => FastCoreProgram.Run(FastCoreProgram.Installed("curl"), ["-skv", "--max-time", "20", "-o", "/dev/null", server.Address + "/a.txt"], []).Error;

    private static void WriteCertificate(string certificateFile, string keyFile, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
    }
}
