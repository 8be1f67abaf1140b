using System.Reflection;
using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Channels;
using FastCore.Channels.Debugging;

namespace FastCore.Tests.Channels;

/// <summary>What a debugger shows of a channel and of its two sides.</summary>
[TestFixtureSource(typeof(ChannelKind), nameof(ChannelKind.Ours))]
internal sealed class ChannelDebuggingTests(ChannelKind kind)
{
    private static object[] Parts(Channel<int> channel) => [channel, channel.Reader, channel.Writer];

    [Test]
    public void TheLineTellsItemsWaitersAndTheEnd()
    {
        Channel<int> channel = kind.Create<int>();
        channel.Writer.TryWrite(1);
        Assert.That(Parts(channel).Select(DebuggerEyes.Line), Is.All.EqualTo("Items = 1, Waiting readers = 0, Waiting writers = 0, Closed = False"));
        channel.Reader.TryRead(out _);
        Task<bool> waiting = channel.Reader.WaitToReadAsync().AsTask();
        Assert.That(Parts(channel).Select(DebuggerEyes.Line), Is.All.EqualTo("Items = 0, Waiting readers = 1, Waiting writers = 0, Closed = False"));
        channel.Writer.Complete();
        Assert.That(Parts(channel).Select(DebuggerEyes.Line), Is.All.EqualTo("Items = 0, Waiting readers = 0, Waiting writers = 0, Closed = True"));
        Assert.That(waiting.GetAwaiter().GetResult(), Is.False);
    }

    /// <summary>Enough of them to go round every ring, and to fill more than the first one of an unbounded channel.</summary>
    [Test]
    public void TheItemsAreShownInTheOrderOfTheirReading()
    {
        Channel<int> channel = kind.Create<int>();
        int most = Math.Min(kind.Capacity ?? 3_000, 3_000);
        int next = 0;
        for (int round = 0; round < 3; round++)
        {
            while (channel.Reader.Count < most) Assert.That(channel.Writer.TryWrite(next++), Is.True);
            int[] shown = DebuggerEyes.Snapshot<int>(channel).Items;
            Assert.That(DebuggerEyes.Snapshot<int>(channel.Reader).Items, Is.EqualTo(shown));
            Assert.That(DebuggerEyes.Snapshot<int>(channel.Writer).Items, Is.EqualTo(shown));
            Assert.That(channel.Reader.Count, Is.EqualTo(most), "Looking takes nothing.");
            Assert.That(shown, Has.Length.EqualTo(most));
            foreach (int item in shown.Take((most + 1) / 2)) Assert.That(channel.Reader.TryRead(out int read) ? read : -1, Is.EqualTo(item));
        }
    }

    [Test]
    public void ThoseWhoWaitAreCounted()
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        Task<int> read = channel.Reader.ReadAsync().AsTask();
        Assert.That(DebuggerEyes.Snapshot<int>(channel).WaitingReads, Is.EqualTo(1));
        channel.Writer.TryWrite(1);
        Assert.That(read.GetAwaiter().GetResult(), Is.EqualTo(1));
    }

    [Test]
    public void ABatchReadThatGathersIsCounted()
    {
        if (kind.Capacity == 1) Assert.Ignore("One item is a full channel, and ends the batch.");
        FastChannel<int> channel = kind.CreateFast<int>();
        channel.Writer.TryWrite(1);
        Task<int> batch = channel.Reader.ReadBatchAsync(new int[2], TimeSpan.FromHours(1), CancellationToken.None).AsTask();
        Assert.That(DebuggerEyes.Snapshot<int>(channel).WaitingBatchReads, Is.EqualTo(1));
        channel.Writer.Complete();
        Assert.That(batch.GetAwaiter().GetResult(), Is.EqualTo(1));
    }

    [Test]
    public void WritesThatWaitAreShownWithTheirItems()
    {
        if (!kind.Waits) Assert.Ignore("Its writes never wait.");
        Channel<int> channel = kind.CreateFull();
        Task[] writes = [channel.Writer.WriteAsync(-1).AsTask()];
        if (!kind.IsAlone) writes = [.. writes, channel.Writer.WriteAsync(-2).AsTask(), channel.Writer.WaitToWriteAsync().AsTask()];
        ChannelSnapshot<int> snapshot = DebuggerEyes.Snapshot<int>(channel);
        Assert.That(snapshot.ItemsOfWaitingWrites, Is.EqualTo(kind.IsAlone ? [-1] : new[] { -1, -2 }));
        Assert.That(snapshot.WaitingToWrite, Is.EqualTo(kind.IsAlone ? 0 : 1));
        for (int left = channel.Reader.Count + snapshot.ItemsOfWaitingWrites.Length; left > 0; left--) Assert.That(channel.Reader.TryRead(out _), Is.True);
        Task.WhenAll(writes).GetAwaiter().GetResult();
    }

    [Test]
    public void TheEndIsShownWithItsError()
    {
        Channel<int> channel = kind.Create<int>();
        channel.Writer.TryWrite(1);
        var error = new InvalidDataException();
        channel.Writer.Complete(error);
        ChannelSnapshot<int> closed = DebuggerEyes.Snapshot<int>(channel);
        Assert.That((closed.IsClosed, closed.Error, closed.Completion), Is.EqualTo((true, error, TaskStatus.WaitingForActivation)));
        channel.Reader.TryRead(out _);
        Assert.That(DebuggerEyes.Snapshot<int>(channel).Completion, Is.EqualTo(TaskStatus.Faulted));
    }

    /// <summary>A debugger stops threads wherever they are, and one of them may be inside the gate.</summary>
    [Test]
    public void LookingDoesNotWaitForTheGate()
    {
        Channel<int> channel = kind.Create<int>();
        channel.Writer.TryWrite(1);
        var gate = (Gate)channel.GetType().GetField("_gate", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(channel)!;
        var looker = new Thread(() => DebuggerEyes.Snapshot<int>(channel)) { IsBackground = true };
        HardwareAtomics.Enter(gate);
        try
        {
            looker.Start();
            Assert.That(looker.Join(Hang.Patience), Is.True);
        }
        finally
        {
            HardwareAtomics.Exit(gate);
        }
    }
}
