using FastCore.Channels;

namespace FastCore.Tests.Channels;

/// <summary>The channels whose items a debugger can't simply be shown.</summary>
[TestFixture]
internal sealed class QueueDebuggingTests
{
    [Test]
    public void AHandOverShowsTheItemsThatAreOffered()
    {
        FastChannel<string> channel = FastChannel.CreateBounded<string>(0);
        Task write = channel.Writer.WriteAsync("offered").AsTask();
        Assert.That(DebuggerEyes.Snapshot<string>(channel).Items, Is.Empty);
        Assert.That(DebuggerEyes.Snapshot<string>(channel).ItemsOfWaitingWrites, Is.EqualTo(new[] { "offered" }));
        Assert.That(channel.Reader.TryRead(out _), Is.True);
        write.GetAwaiter().GetResult();
    }

    [Test]
    public void PrioritiesAreShownInTheOrderOfReading()
    {
        FastChannel<int> channel = FastChannel.CreateUnboundedPrioritized<int>();
        foreach (int item in (int[])[5, 3, 9, 1, 7, 3]) channel.Writer.TryWrite(item);
        Assert.That(DebuggerEyes.Snapshot<int>(channel).Items, Is.EqualTo(new[] { 1, 3, 3, 5, 7, 9 }));
    }

    /// <summary>The same comparer's failure inside a write is told to the next write; one inside a debugger is nobody's.</summary>
    [Test]
    public void AComparerThatThrowsInADebuggerDisturbsNoWrite()
    {
        bool throws = false;
        var comparer = Comparer<int>.Create((one, other) => throws ? throw new InvalidDataException() : one.CompareTo(other));
        FastChannel<int> channel = FastChannel.CreateUnboundedPrioritized<int>(new() { Comparer = comparer });
        foreach (int item in (int[])[2, 1, 3]) channel.Writer.TryWrite(item);
        throws = true;
        Assert.That(DebuggerEyes.Snapshot<int>(channel).Items, Is.EqualTo(new[] { 2, 1, 3 }), "In the order in which they came.");
        throws = false;
        Assert.That(channel.Writer.TryWrite(0), Is.True);
        Assert.That(channel.Reader.TryRead(out int first) ? first : -1, Is.Zero);
    }
}
