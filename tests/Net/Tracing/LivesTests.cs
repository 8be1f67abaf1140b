using System.Diagnostics;
using FastCore.Net.Tests.Simulation;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Tables;
using FastCore.Tracing;

namespace FastCore.Net.Tests.Tracing;

/// <summary>The tables, and that the code keeps to them.</summary>
[NonParallelizable]
internal sealed class LivesTests
{
    [TearDown]
    public void StopTracing() => Tracer.Stop();

    [Test]
    public void TheTablesHaveNamesOfTheirOwnAndSayWhatTheyAre()
    {
        Assert.That(NetTransitionTables.All.Concat(CoreTransitionTables.All).Select(static table => table.Name), Is.Unique);
        foreach (var table in NetTransitionTables.All) Assert.That(table.Summary, Does.EndWith("."), table.Name);
    }

    /// <summary>Short sends, ended multishots, exhausted buffers, resets, failing accepts: whatever the kernel does, each step begins where the last one ended.</summary>
    [Test]
    public void UnderEveryFaultTheLivesGoThroughTheirTables()
    {
        using var asserts = AssertRecorder.Install();
        for (var seed = 0; seed < 20; seed++)
        {
            Tracer.Start(new TracerOptions { EventsPerThread = (1 << 18) - 1 });
            Assert.That(seed % 2 == 0 ? Simulation.Simulation.RunEcho(seed) : Simulation.Simulation.RunHttp(seed), Is.Null, $"seed {seed}");
            Tracer.Stop();
            Tracer.Snapshot().VerifyLives();
        }
    }

#if DEBUG
    [Test]
    public void AForbiddenStepIsRefused()
    {
        var refused = new Recorder();
        TraceListener[] before = [.. Trace.Listeners.Cast<TraceListener>()];
        Trace.Listeners.Clear();
        Trace.Listeners.Add(refused);
        try
        {
            var lives = default(Lives);
            lives.Step(SendTable.Submit);
            lives.Step(ReceiveTable.Arm);
            Assert.That(refused.Messages, Is.Empty);
            lives.Step(SendTable.Submit);
            Assert.That(refused.Messages.Single(), Does.Contain("send").And.Contain("is in flight"));
        }
        finally
        {
            Trace.Listeners.Clear();
            Trace.Listeners.AddRange(before);
        }
    }

    private sealed class Recorder : TraceListener
    {
        public List<string?> Messages { get; } = [];

        public override void Fail(string? message, string? detailMessage) => Messages.Add(message);

        public override void Write(string? message) { }

        public override void WriteLine(string? message) { }
    }
#endif

    [Test]
    public void AConnectionCantLeaveItsTable() =>
        Assert.That(static () => ConnectionTable.Step(ConnectionState.Closed, ConnectionState.Open), Throws.InstanceOf<UnreachableException>());
}
