using System.Text;
using System.Text.Json;
using FastCore.Channels;
using FastCore.Diagnostics;
using FastCore.Scheduling;

namespace FastCore.Tests.Diagnostics;

/// <summary>Profiles say the same in every format.</summary>
[TestFixture]
internal sealed class LiveProfileTests
{
    [SetUp]
    public void Start() => LiveWaits.Start();

    [TearDown]
    public void Stop() => LiveWaits.Stop();

    [Test]
    public async Task TasksAreShownByStateAndWhatTheyWaitFor()
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1, SpareWorkers = 0, Name = "profiled" });
        using var entered = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        LiveRegistry.Register("profiled", scheduler);
        FastChannel<Profiled> channel = FastChannel.CreateBounded<Profiled>(2);
        LiveRegistry.Register("the profiled", channel);
        Task[] reads = [Read(channel.Reader), Read(channel.Reader)];
        scheduler.Spawn(() => Run(entered, gate));
        entered.Wait();
        scheduler.Spawn(static () => { });
        try
        {
            AssertTasks();
        }
        finally
        {
            gate.Set();
        }

        channel.Writer.TryWrite(default);
        channel.Writer.TryWrite(default);
        await Task.WhenAll(reads);
        LiveRegistry.Unregister(scheduler);
        GC.KeepAlive(channel);
    }

    private static void AssertTasks()
    {
        string text = Text(static stream => LiveProfile.WriteTasks(stream, ProfileFormat.Text));
        Assert.That(text, Does.Match(@"(?m)^state +count +oldest ms +total ms +scheduler +task +spawn place +waits for$"));
        Assert.That(text, Does.Match(@"(?m)^waiting +2 .*LiveProfileTests\.Read +read the profiled \(bounded channel \(2\) of Profiled\)$"));
        Assert.That(text, Does.Match(@"(?m)^(running|runs on) +1 .*profiled .*<TasksAreShown"));
        Assert.That(text, Does.Match(@"(?m)^queued +1 .*profiled$"));

        using JsonDocument json = JsonDocument.Parse(Text(static stream => LiveProfile.WriteTasks(stream, ProfileFormat.Json)));
        JsonElement row = json.RootElement.GetProperty("rows").EnumerateArray().Single(static row => row.GetProperty("waits_for").GetString()!.StartsWith("read the profiled", StringComparison.Ordinal));
        Assert.That((json.RootElement.GetProperty("schema").GetInt32(), row.GetProperty("count").GetInt32(), row.GetProperty("state").GetString()), Is.EqualTo((1, 2, "waiting")));
        Assert.That(Text(static stream => LiveProfile.WriteTasks(stream, ProfileFormat.Folded)), Does.Match(@"(?m)^waiting;[^;]*LiveProfileTests\.Read;read the profiled \(bounded channel \(2\) of Profiled\) 2$"));

        using JsonDocument scope = JsonDocument.Parse(Text(static stream => LiveProfile.WriteTasks(stream, ProfileFormat.Speedscope)));
        JsonElement profile = scope.RootElement.GetProperty("profiles")[0];
        Assert.That(profile.GetProperty("samples").GetArrayLength(), Is.EqualTo(profile.GetProperty("weights").GetArrayLength()).And.Positive);
        Assert.That(profile.GetProperty("weights").EnumerateArray().Sum(static one => one.GetDouble()), Is.EqualTo(profile.GetProperty("endValue").GetDouble()));
        int frames = scope.RootElement.GetProperty("shared").GetProperty("frames").GetArrayLength();
        Assert.That(profile.GetProperty("samples").EnumerateArray().SelectMany(static sample => sample.EnumerateArray()).Select(static frame => frame.GetInt32()), Is.All.InRange(0, frames - 1));
    }

    [Test]
    public async Task ContentionAndLeaksHaveTheirRows()
    {
        FastChannel<Contended> channel = FastChannel.CreateBounded<Contended>(1);
        LiveRegistry.Register("the contended; truly", channel);
        for (int i = 0; i < 4; i++)
        {
            Task read = Read(channel.Reader);
            Thread.SpinWait(10_000);
            channel.Writer.TryWrite(default);
            await read;
        }

        Assert.That(Text(static stream => LiveProfile.WriteContention(stream, ProfileFormat.Text)), Does.Match(@"(?m)^ +4 .* 0  read .*the contended; truly .*LiveProfileTests\.Read$"));
        Assert.That(Text(static stream => LiveProfile.WriteContention(stream, ProfileFormat.Folded)), Does.Match(@"(?m)^the contended, truly;read;[^;]*LiveProfileTests\.Read \d+$"), "A semicolon parts frames.");
        Task last = Read(channel.Reader);
        Assert.That(Text(static stream => LiveProfile.WriteLeaks(stream, ProfileFormat.Text, TimeSpan.Zero, collect: false)), Does.Match(@"(?m)^old +1 .*the contended; truly"));
        Assert.That(Text(static stream => LiveProfile.WriteLeaks(stream, ProfileFormat.Text, TimeSpan.FromDays(1), collect: false)), Does.Not.Contain("the contended"));
        channel.Writer.TryWrite(default);
        await last;
    }

    [Test]
    public void WhatIsNotLookedAtIsSaid()
    {
        LiveWaits.Stop();
        Assert.That(Text(static stream => LiveProfile.WriteLeaks(stream, ProfileFormat.Text, TimeSpan.FromDays(1), collect: false)), Does.StartWith("Waits that begin now are not known: LiveWaits is off.\n"));
        Assert.That(() => LiveProfile.WriteContention(new MemoryStream(), (ProfileFormat)17), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static string Text(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static async Task Read<T>(FastChannelReader<T> reader) => await reader.ReadAsync();

    private static void Run(ManualResetEventSlim entered, ManualResetEventSlim gate)
    {
        entered.Set();
        gate.Wait();
    }

    private readonly record struct Profiled;

    private readonly record struct Contended;
}
