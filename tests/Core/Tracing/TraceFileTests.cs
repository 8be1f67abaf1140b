using System.Text;
using FastCore.Tracing;
using FastCore.Tracing.Exporting;

namespace FastCore.Tests.Tracing;

/// <summary>A saved trace comes back as it was.</summary>
[TestFixture]
internal sealed class TraceFileTests
{
    [Test]
    public void ATraceComesBackAsItWas()
    {
        TraceSnapshot snapshot = ScriptedTrace.Create();
        TraceSnapshot read = Read(Save(snapshot));
        Assert.That((read.Start, read.End), Is.EqualTo((snapshot.Start, snapshot.End)));
        Assert.That(read.Names, Is.EqualTo(snapshot.Names));
        Assert.That(read.Threads.Select(static thread => (thread.Id, thread.Name, thread.Overwritten)), Is.EqualTo(snapshot.Threads.Select(static thread => (thread.Id, thread.Name, thread.Overwritten))));
        Assert.That(read.Events, Is.EqualTo(snapshot.Events));
    }

    /// <summary>The file's table is one that this process does not have: it has another state.</summary>
    [Test]
    public void ATableThatIsNotKnownIsDeclared()
    {
        byte[] saved = Save(ScriptedTrace.Create());
        for (int at; (at = saved.AsSpan().IndexOf("parked"u8)) >= 0;) "snores"u8.CopyTo(saved.AsSpan(at));
        TraceSnapshot read = Read(saved);
        TraceEvent last = read.Threads[2].Events[^1];
        Assert.That(TransitionTable.TryFind(last.TransitionId, out Transition? step) && step.To == "snores");
        Assert.That(Read(saved).Threads[2].Events[^1], Is.EqualTo(last), "Declared once.");
    }

    [Test]
    public void WhatIsNoTraceIsRefused([Values("", "FCTRACE", "something else altogether")] string text) =>
        Assert.That(() => Read(Encoding.UTF8.GetBytes(text)), Throws.TypeOf<InvalidDataException>());

    [Test]
    public void ATraceThatIsCutIsRefused()
    {
        byte[] saved = Save(ScriptedTrace.Create());
        for (int length = 0; length < saved.Length; length++)
        {
            if (Assert.Catch(() => Read(saved[..length])) is not InvalidDataException) Assert.Fail($"Cut to {length} bytes.");
        }
    }

    private static byte[] Save(TraceSnapshot snapshot)
    {
        using var stream = new MemoryStream();
        TraceFile.Write(snapshot, stream);
        return stream.ToArray();
    }

    private static TraceSnapshot Read(byte[] saved)
    {
        using var stream = new MemoryStream(saved);
        return TraceFile.Read(stream);
    }
}
