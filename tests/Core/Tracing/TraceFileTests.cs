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

    /// <summary>The file declares a table that this process does not have; whatever else is wrong with it, that table stays unknown.</summary>
    [Test]
    public void ADamagedTraceDeclaresNothing()
    {
        byte[] saved = Rename(Save(ScriptedTrace.Create()), "parked", "snorts");
        for (int length = 0; length < saved.Length; length++) Assert.Catch<InvalidDataException>(() => Read(saved[..length]));
        Assert.That(IsDeclared("snorts"), Is.False);
        Read(saved);
        Assert.That(IsDeclared("snorts"), "What is whole declares it.");
    }

    /// <summary>One table is malformed: those before it in the file are not declared either.</summary>
    [Test]
    public void AMalformedTableTakesTheOthersWithIt()
    {
        byte[] saved = Rename(Save(ScriptedTrace.Create()), "parked", "wheeze");
        byte[] later = Rename(saved, "stalled", "orphans", last: true);
        Assert.That(later, Is.Not.EqualTo(saved));
        Assert.That(() => Read(later), Throws.TypeOf<InvalidDataException>().With.Message.Contains("orphan"));
        Assert.That(IsDeclared("wheeze"), Is.False);
    }

    /// <summary>A length, or a count, that is not true costs no more than the bytes that are there.</summary>
    [Test]
    public void LengthsThatLieAreRefused()
    {
        byte[] saved = Save(ScriptedTrace.Create());
        int mutants = 0;
        for (int at = 8; at < saved.Length; at++)
        {
            foreach (byte value in (ReadOnlySpan<byte>)[0x80, 0xFF])
            {
                byte[] mutant = [.. saved];
                mutant[at] = value;
                try
                {
                    Read(mutant);
                }
                catch (InvalidDataException)
                {
                    mutants++;
                }
            }
        }

        Assert.That(mutants, Is.Positive);
    }

    private static bool IsDeclared(string state)
    {
        for (int id = 1; TransitionTable.TryFind(id, out Transition? step); id++)
        {
            if (step.From == state || step.To == state) return true;
        }

        return false;
    }

    private static byte[] Rename(byte[] saved, string from, string to, bool last = false)
    {
        byte[] renamed = [.. saved];
        Span<byte> rest = renamed;
        if (last)
        {
            Encoding.UTF8.GetBytes(to).CopyTo(rest[rest.LastIndexOf(Encoding.UTF8.GetBytes(from))..]);
            return renamed;
        }

        for (int at; (at = rest.IndexOf(Encoding.UTF8.GetBytes(from))) >= 0; rest = rest[at..]) Encoding.UTF8.GetBytes(to).CopyTo(rest[at..]);
        return renamed;
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
