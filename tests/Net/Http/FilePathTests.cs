using System.Text;
using FastCore.Net.Http.Files;

namespace FastCore.Net.Tests.Http;

/// <summary>Which request paths are those of a file, and which never reach the disk.</summary>
internal sealed class FilePathTests
{
    [TestCase("", ExpectedResult = "")]
    [TestCase("a.txt", ExpectedResult = "a.txt")]
    [TestCase("a/b/c", ExpectedResult = "a/b/c")]
    [TestCase("a/", ExpectedResult = "a/")]
    [TestCase("%61%2Etxt", ExpectedResult = "a.txt")]
    [TestCase("%C3%A4", ExpectedResult = "ä")]
    [TestCase("a%20b+c", ExpectedResult = "a b+c")]
    [TestCase("..a", ExpectedResult = null)]
    [TestCase("a..", ExpectedResult = "a..")]
    [TestCase(".well-known/x", ExpectedResult = ".well-known/x")]
    [TestCase("..", ExpectedResult = null)]
    [TestCase("../x", ExpectedResult = null)]
    [TestCase("a/../x", ExpectedResult = null)]
    [TestCase("a/./x", ExpectedResult = null)]
    [TestCase("%2e%2e/x", ExpectedResult = null)]
    [TestCase("%2E./x", ExpectedResult = null)]
    [TestCase("a/%2e%2e%2fx", ExpectedResult = null)]
    [TestCase("%252e%252e/x", ExpectedResult = "%2e%2e/x", Description = "resolved once only")]
    [TestCase("a%2Fb", ExpectedResult = null)]
    [TestCase("a%00", ExpectedResult = null)]
    [TestCase("a%0a", ExpectedResult = null)]
    [TestCase("a%5C..%5Cb", ExpectedResult = null)]
    [TestCase("a\\b", ExpectedResult = null)]
    [TestCase("a//b", ExpectedResult = null)]
    [TestCase("/etc/passwd", ExpectedResult = null)]
    [TestCase(".git/config", ExpectedResult = null)]
    [TestCase("a/.hidden", ExpectedResult = null)]
    [TestCase("%2Ehidden", ExpectedResult = null)]
    [TestCase("%", ExpectedResult = null)]
    [TestCase("%4", ExpectedResult = null)]
    [TestCase("%zz", ExpectedResult = null)]
    [TestCase("%+1", ExpectedResult = null)]
    [TestCase("%C0%AE%C0%AE/x", ExpectedResult = null, Description = "an overlong dot")]
    [TestCase("%FF", ExpectedResult = null)]
    public string? OnlyNamesInsideTheFolderPass(string raw)
    {
        var bytes = Encoding.ASCII.GetBytes(raw);
        var room = new char[bytes.Length];
        return FilePath.TryRead(bytes, servesHidden: false, room, out var length) ? new string(room, 0, length) : null;
    }

    [Test]
    public void NoPathHoweverWrittenLeavesTheFolder([Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        string[] parts = ["..", "%2e", "%2E%2e", ".", "/", "%2f", "\\", "%5c", "a", "%00", "%c0%ae", "%25", "2e"];
        for (var i = 0; i < 20_000; i++)
        {
            var raw = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => parts[random.Next(parts.Length)])));
            var room = new char[raw.Length];
            if (!FilePath.TryRead(raw, servesHidden: true, room, out var length)) continue;
            var full = Path.GetFullPath(Path.Join("/folder/site", new string(room, 0, length)));
            Assert.That(full + "/", Does.StartWith("/folder/site/"), () => Encoding.ASCII.GetString(raw));
        }
    }
}
