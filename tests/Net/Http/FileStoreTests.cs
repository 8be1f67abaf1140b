using System.Diagnostics;
using System.Text;
using FastCore.Net.Http.Files;

namespace FastCore.Net.Tests.Http;

/// <summary>What a look at a kept file reads, and when what the file system tells of it is believed: times are set by hand, of the files and of the clock.</summary>
[TestFixture]
internal sealed class FileStoreTests
{
    private const string Name = "a.txt";

    private readonly HandTime _time = new();
    private string _folder = "";

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("fastcore-store-").FullName;
        _time.Now = DateTime.UtcNow + TimeSpan.FromHours(1);
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void AnUnchangedFileIsAskedForAndNotRead()
    {
        using var store = new FileStore(_folder, new StaticFileOptions(), _time);
        Write(Name, new string('a', 1000));
        Write(Name + ".gz", new string('z', 300));
        var first = store.Look(Name)!;
        Assert.That((store.BytesRead, first.Codings), Is.EqualTo((1300L, new[] { "gzip" })).Using<(long, string[])>(static (x, y) => x.Item1 == y.Item1 && x.Item2.SequenceEqual(y.Item2)));
        for (var i = 0; i < 3; i++) Assert.That(store.Look(Name), Is.SameAs(first));
        Assert.That(store.BytesRead, Is.EqualTo(1300), "nothing was read again");
    }

    [Test]
    public void OnlyWhatHasChangedIsRead()
    {
        using var store = new FileStore(_folder, new StaticFileOptions(), _time);
        Write(Name, new string('a', 1000));
        Write(Name + ".br", new string('y', 200));
        Write(Name + ".gz", new string('z', 300));
        store.Look(Name);
        Write(Name + ".gz", new string('z', 301));
        Assert.That(Bytes(store.Look(Name)!.Precompressed[1]), Is.EqualTo(new string('z', 301)));
        Assert.That(store.BytesRead, Is.EqualTo(1500 + 301));
        // Now the siblings are older, and of no use.
        File.SetLastWriteTimeUtc(Path.Join(_folder, Name + ".br"), DateTime.UtcNow.AddHours(-2));
        File.SetLastWriteTimeUtc(Path.Join(_folder, Name + ".gz"), DateTime.UtcNow.AddHours(-2));
        Write(Name, new string('b', 1001));
        Assert.That(Bytes(store.Look(Name)!), Is.EqualTo(new string('b', 1001)));
        Assert.That(store.BytesRead, Is.EqualTo(1801 + 1001));
        store.Look(Name);
        Assert.That(store.BytesRead, Is.EqualTo(2802), "nor are those read that are left out");
    }

    [Test]
    public void AFileThatIsPutInItsPlaceIsRead()
    {
        using var store = new FileStore(_folder, new StaticFileOptions(), _time);
        var moment = DateTime.UtcNow.AddHours(-1);
        Write(Name, "one", moment);
        var first = store.Look(Name)!;
        Write("new", "two", moment);
        File.Move(Path.Join(_folder, "new"), Path.Join(_folder, Name), overwrite: true);
        var second = store.Look(Name)!;
        Assert.That(Bytes(second), Is.EqualTo("two"));
        Assert.That(Text(second.Tag), Is.Not.EqualTo(Text(first.Tag)), "a client that has the one must not take it for the other");
    }

    [Test]
    public void OneThatIsRewrittenAndSaysItWasNotIsRead()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Only there the system tells when a file was touched.");
        using var store = new FileStore(_folder, new StaticFileOptions(), _time);
        var moment = DateTime.UtcNow.AddHours(-1);
        Write(Name, "one", moment);
        var first = store.Look(Name)!;
        var before = Stamp();
        // Until the clock of the file system has ticked.
        do Write(Name, "two", moment);
        while (Stamp() == before);
        Assert.That(Stamp() with { Touched = before.Touched }, Is.EqualTo(before), "but for when it was touched it looks the same");
        var second = store.Look(Name)!;
        Assert.That(Bytes(second), Is.EqualTo("two"));
        Assert.That(Text(second.Tag), Is.Not.EqualTo(Text(first.Tag)), "a client that has the one must not take it for the other");
    }

    [Test]
    public void TheSameBytesHaveOneTagWhoeverReadsThemAndWhen()
    {
        var text = new string('a', 2000);
        Write(Name, text);
        var tags = new List<string>();
        foreach (var (now, age) in ((DateTime, TimeSpan)[])[(DateTime.UtcNow, TimeSpan.Zero), (DateTime.UtcNow.AddHours(1), TimeSpan.Zero), (DateTime.UtcNow, TimeSpan.FromDays(1))])
        {
            // Each store is that of another machine, or of a later start; the file is too young to be believed, then old enough, then has come with another time.
            _time.Now = now;
            File.SetLastWriteTimeUtc(Path.Join(_folder, Name), DateTime.UtcNow - age);
            using var store = new FileStore(_folder, new StaticFileOptions { Compress = true }, _time);
            var entry = store.Look(Name)!;
            Assert.That(entry.Codings, Is.EqualTo(new[] { "br", "gzip" }));
            tags.Add(string.Join(" ", [Text(entry.Tag), .. entry.Precompressed.Select(static form => Text(form.Tag))]));
        }
        Assert.That(tags.Distinct().Count(), Is.EqualTo(1), string.Join("; ", tags));
        Assert.That(tags[0].Split(' ').Distinct().Count(), Is.EqualTo(3), "each form has a tag of its own");
        Assert.That(tags[0].Split(' '), Has.All.Match("^\"[A-Za-z0-9_-]+\"$"));
    }

    [Test]
    public void ATagStaysWithItsBytesAndASiblingHasItsOwn()
    {
        using var store = new FileStore(_folder, new StaticFileOptions(), _time);
        Write(Name, "the same");
        Write(Name + ".br", "the same");
        var first = store.Look(Name)!;
        Assert.That(Text(first.Precompressed[0].Tag), Is.Not.EqualTo(Text(first.Tag)), "whatever is in it, it is another form");
        // Touched, it is read again; its sibling is not.
        Write(Name, "the same", DateTime.UtcNow.AddHours(-1));
        var second = store.Look(Name)!;
        Assert.That((Text(second.Tag), Text(second.Precompressed[0].Tag)), Is.EqualTo((Text(first.Tag), Text(first.Precompressed[0].Tag))));
        Assert.That(second.LastModified, Is.LessThan(first.LastModified));
        Write(Name + ".br", "another one");
        var third = store.Look(Name)!;
        Assert.That(Text(third.Tag), Is.EqualTo(Text(first.Tag)));
        Assert.That(Text(third.Precompressed[0].Tag), Is.Not.EqualTo(Text(first.Precompressed[0].Tag)));
    }

    [Test]
    public void AFileThatIsNotKeptHasATagOfTimeAndLength()
    {
        var moment = DateTime.UtcNow.AddHours(-1);
        var tags = new List<string>();
        foreach (var (text, changed) in ((string, DateTime)[])[("one", moment), ("one", moment), ("one", moment.AddTicks(TimeSpan.TicksPerMillisecond)), ("four", moment)])
        {
            Write(Name, text, changed);
            using var store = new FileStore(_folder, new StaticFileOptions { MaxCachedFileSize = 2 }, _time);
            tags.Add(Text(store.Look(Name)!.Tag));
            Assert.That(store.BytesRead, Is.Zero);
        }
        Assert.That(tags[1], Is.EqualTo(tags[0]));
        Assert.That(tags.Distinct().Count(), Is.EqualTo(3), string.Join("; ", tags));
    }

    [Test]
    public void OneThatWasTouchedAMomentAgoIsNotBelieved()
    {
        var touched = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        // As if all of it fell into one tick of the file system's clock.
        using var store = new FileStore(_folder, new StaticFileOptions { Compress = true }, _time, file => FileStamp.Of(file) with { Changed = touched, Touched = touched });
        var (old, half, whole) = (new string('a', 2000), new string('a', 1000) + new string('b', 1000), new string('b', 2000));
        _time.Now = touched + TimeSpan.FromMilliseconds(1);
        Write(Name, old);
        var first = store.Look(Name)!;
        Write(Name, half);
        var second = store.Look(Name)!;
        Assert.That((Bytes(first), Bytes(second)), Is.EqualTo((old, half)));
        Assert.That(second.Tag, Is.Not.EqualTo(first.Tag), "a client that has the one must not take it for the other");
        Write(Name, whole);
        _time.Now = touched + FileStamp.Settling;
        var third = store.Look(Name)!;
        Assert.That(Bytes(third), Is.EqualTo(whole));
        // Read later it is believed, and the bytes that were kept are as good.
        _time.Now += TimeSpan.FromTicks(1);
        var read = store.BytesRead;
        Assert.That(store.Look(Name), Is.SameAs(third));
        Assert.That(store.BytesRead, Is.EqualTo(read + whole.Length), "it is read once more");
        Assert.That(store.Look(Name), Is.SameAs(third));
        Assert.That(store.BytesRead, Is.EqualTo(read + whole.Length), "and no more after that");
    }

    [Test]
    public void WhereTheSystemDoesNotTellWhenAFileWasTouchedItsBytesAreCompared()
    {
        using var store = new FileStore(_folder, new StaticFileOptions(), _time, FileStamp.AsEverySystemTells);
        var moment = DateTime.UtcNow.AddHours(-1);
        Write(Name, "one", moment);
        var first = store.Look(Name)!;
        Assert.That((store.Look(Name), store.BytesRead, first.SettledAt), Is.EqualTo((first, 6L, (DateTime?)null)));
        Write(Name, "two", moment);
        var second = store.Look(Name)!;
        Assert.That((Bytes(first), Bytes(second)), Is.EqualTo(("one", "two")));
        Assert.That(Text(second.Tag), Is.Not.EqualTo(Text(first.Tag)));
    }

    [Test]
    public void ATimeInTheFutureIsBelievedWhereTheSystemTellsAnother()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Only there the system tells when a file was touched.");
        using var store = new FileStore(_folder, new StaticFileOptions(), _time);
        Write(Name, "one", DateTime.UtcNow.AddYears(1));
        var first = store.Look(Name);
        Assert.That(store.Look(Name), Is.SameAs(first));
        Assert.That(store.BytesRead, Is.EqualTo(3));
    }

    [Test]
    public void CodedFormsStayWhenTheFileIsOpenedAgain()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Elsewhere no file is held open.");
        using var store = new FileStore(_folder, new StaticFileOptions { Compress = true, SendFileThreshold = 1000 }, _time);
        Write(Name, new string('a', 5000));
        var first = store.Look(Name)!;
        Assert.That((string.Join(" ", first.Codings), first.OpenCount), Is.EqualTo(("br gzip", 1)));
        for (var i = 0; i < 3; i++)
        {
            // As the timer does it when it has not been used for a while.
            store.CloseUnused(long.MaxValue);
            Assert.That(store.OpenCount, Is.Zero);
            var again = store.Look(Name)!;
            Assert.That((string.Join(" ", again.Codings), again.OpenCount, store.OpenCount), Is.EqualTo(("br gzip", 1, 1)));
            Assert.That(again.Precompressed, Is.EqualTo(first.Precompressed), "nor are they made again");
            Assert.That((store.Look(Name), store.Size), Is.EqualTo((again, first.Size)));
        }
        Write(Name, new string('b', 5001));
        var changed = store.Look(Name)!;
        Assert.That((string.Join(" ", changed.Codings), changed.OpenCount), Is.EqualTo(("br gzip", 1)));
        Assert.That(changed.Precompressed, Has.None.AnyOf(first.Precompressed));
    }

    [TestCase(1 << 20, TestName = "{m}(kept in memory too)")]
    [TestCase(0, TestName = "{m}(only held open)")]
    public void OneThatIsHeldOpenAndRewrittenIsNotSentUnlooked(int kept)
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Elsewhere no file is held open.");
        using var store = new FileStore(_folder, new StaticFileOptions { SendFileThreshold = 1, MaxCachedFileSize = kept, RevalidateAfter = TimeSpan.FromHours(1) }, _time);
        var moment = DateTime.UtcNow.AddHours(-1);
        Write(Name, "one", moment);
        var first = store.Look(Name)!;
        Assert.That((CanBeHeld(first), store.FindFresh(Name)), Is.EqualTo((true, first)));
        var before = Stamp();
        do Write(Name, "two", moment);
        while (Stamp() == before);
        Assert.That((CanBeHeld(first), store.FindFresh(Name)), Is.EqualTo((false, kept > 0 ? first : null)), "what is kept goes out with its own tag");
        var second = store.Look(Name)!;
        Assert.That((CanBeHeld(second), store.FindFresh(Name)), Is.EqualTo((true, second)));
        // Its bytes stay the same, but that is found by another look.
        before = Stamp();
        do File.SetLastWriteTimeUtc(Path.Join(_folder, Name), moment);
        while (Stamp() == before);
        Assert.That(CanBeHeld(second), Is.False);
        Assert.That((store.Look(Name), CanBeHeld(second), store.FindFresh(Name)), Is.EqualTo((second, true, second)));
    }

    private static bool CanBeHeld(FileEntry entry)
    {
        var held = entry.TryHold();
        held?.Release();
        return held != null;
    }

    /// <summary>A file system may keep times that no DateTime holds, and anybody who may write a file may set them.</summary>
    [TestCase("@300000000000", "99991231235959")]
    [TestCase("@-70000000000", "00010101000000")]
    public void AFileFromBeyondTheCalendarIsServed(string time, string shown)
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Such times are set as on Linux.");
        // That of the temporary folder may have no room for it; one in memory has.
        if (!KeepsTime(_folder, time) && Directory.Exists("/dev/shm"))
        {
            Directory.Delete(_folder, recursive: true);
            _folder = Path.Join("/dev/shm", $"fastcore-store-{Guid.NewGuid():N}");
            Directory.CreateDirectory(_folder);
        }
        if (!KeepsTime(_folder, time)) Assert.Ignore("No file system here keeps such a time.");
        // Both kept in memory, and only held open.
        foreach (var options in (StaticFileOptions[])[new() { RevalidateAfter = TimeSpan.FromHours(1) }, new() { RevalidateAfter = TimeSpan.FromHours(1), MaxCachedFileSize = 0 }])
        {
            using var store = new FileStore(_folder, options, _time);
            var first = store.Look(Name)!;
            Assert.That(first.LastModified.ToString("yyyyMMddHHmmss", System.Globalization.CultureInfo.InvariantCulture), Is.EqualTo(shown));
            Assert.That((store.Look(Name), store.FindFresh(Name)), Is.EqualTo((first, first)));
        }
        Assert.That(Encoding.UTF8.GetString(FolderPage.Write(_folder, "/", showsHidden: false)), Does.Contain($">{Name}</a>"), "and its folder is listed");
    }

    /// <summary>Whether a file in the folder can be given the time, which it has then.</summary>
    private static bool KeepsTime(string folder, string time)
    {
        var path = Path.Join(folder, Name);
        File.WriteAllText(path, "old");
        using var touch = Process.Start("touch", ["-d", time, path]);
        touch.WaitForExit();
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "@%Y", path]) { RedirectStandardOutput = true })!;
        var kept = stat.StandardOutput.ReadToEnd().Trim();
        stat.WaitForExit();
        return kept == time;
    }

    private void Write(string name, string text, DateTime? changed = null)
    {
        var path = Path.Join(_folder, name);
        // In place.
        using (var file = File.OpenWrite(path))
        {
            file.SetLength(text.Length);
            file.Write(Encoding.ASCII.GetBytes(text));
        }
        if (changed is { } time) File.SetLastWriteTimeUtc(path, time);
    }

    private FileStamp Stamp()
    {
        using var file = File.OpenHandle(Path.Join(_folder, Name));
        return FileStamp.Of(file);
    }

    private static string Bytes(FileEntry entry) => Encoding.ASCII.GetString(entry.Content!.Value.Span);

    private static string Text(byte[] tag) => Encoding.ASCII.GetString(tag);

    private sealed class HandTime : TimeProvider
    {
        public DateTime Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
