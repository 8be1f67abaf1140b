using FastCore.Net.Http;
using FastCore.Net.Http.Observing;

namespace FastCore.Net.Tests.Http;

/// <summary>An access log in a file that others write, too, and that is renamed while it is written.</summary>
internal sealed class AccessLogFileTests
{
    private string _folder = null!;

    private string File => Path.Combine(_folder, "access.log");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("fastcore-log-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(AccessLogFormat.Combined)]
    [TestCase(AccessLogFormat.Json)]
    public void TwoWritersLoseNothingOfEachOther(AccessLogFormat format)
    {
        const int Rounds = 20, Each = 10;
        System.IO.File.WriteAllText(File, "what was there before\n");
        // Both are open before either writes, as those of two processes are.
        using (HttpAccessLog one = HttpAccessLog.Open(File, format), other = HttpAccessLog.Open(File, format))
        {
            using Conversation first = Serving(one), second = Serving(other);
            for (var i = 0; i < Rounds; i++)
            {
                for (var k = 0; k < Each; k++) first.Ask($"GET /first/{i}/{k} HTTP/1.1\r\nHost: a\r\nUser-Agent: {new string('f', 700)}\r\n\r\n");
                for (var k = 0; k < Each; k++) second.Ask($"GET /second/{i}/{k} HTTP/1.1\r\nHost: a\r\nUser-Agent: {new string('s', 300)}\r\n\r\n");
            }
        }
        var lines = System.IO.File.ReadAllLines(File);
        Assert.That(lines[0], Is.EqualTo("what was there before"));
        Assert.That(Written("first", 'f', 700), Is.EqualTo(Rounds * Each));
        Assert.That(Written("second", 's', 300), Is.EqualTo(Rounds * Each));
        Assert.That(lines, Has.Length.EqualTo(1 + (2 * Rounds * Each)));

        int Written(string name, char agent, int length) => lines
            .Where(line => line.Contains(new string(agent, length), StringComparison.Ordinal))
            .Select(line => line.Split($"/{name}/")[1].Split([' ', '"'])[0]).Distinct().Count();
    }

    [Test]
    public void AfterARenameItGoesOnInANewFile()
    {
        using (var log = HttpAccessLog.Open(File))
        {
            using var client = Serving(log);
            client.Ask("GET /before HTTP/1.1\r\nHost: a\r\n\r\n");
            Until(() => Text(File).Contains("/before", StringComparison.Ordinal));
            System.IO.File.Move(File, $"{File}.1");
            log.Reopen();
            client.Ask("GET /after HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        Assert.That(Text($"{File}.1"), Does.Contain("/before").And.Not.Contain("/after"));
        Assert.That(Text(File), Does.Contain("/after").And.Not.Contain("/before"));
    }

    [Test]
    public void AFileThatCannotBeOpenedAgainIsWrittenOn()
    {
        var failures = new List<Exception>();
        using (var log = HttpAccessLog.Open(File, onError: failure =>
        {
            lock (failures) failures.Add(failure);
        }))
        {
            using var client = Serving(log);
            System.IO.File.Move(File, $"{File}.1");
            Directory.CreateDirectory(File);
            log.Reopen();
            Until(() =>
            {
                lock (failures) return failures.Count > 0;
            });
            client.Ask("GET /after HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        Assert.That(failures.Single().Message, Does.StartWith(File));
        Assert.That(Text($"{File}.1"), Does.Contain("/after"));
    }

    [Test]
    public void OnlyAFileIsOpenedAgain()
    {
        using var log = new HttpAccessLog(new MemoryStream());
        Assert.That(log.Reopen, Throws.InvalidOperationException);
        Assert.That(() => HttpAccessLog.Open("a\0b"), Throws.ArgumentException);
        Assert.That(() => HttpAccessLog.Open(Path.Combine(_folder, "none", "log")), Throws.InstanceOf<IOException>().With.Message.Contains("none"));
    }

    private static Conversation Serving(HttpAccessLog log) => new(options: new HttpServerOptions { Observers = [log] });

    private static string Text(string file) => System.IO.File.Exists(file) ? System.IO.File.ReadAllText(file) : "";

    private static void Until(Func<bool> holds) => Assert.That(SpinWait.SpinUntil(holds, Hang.Milliseconds), "It never came to hold.");
}
