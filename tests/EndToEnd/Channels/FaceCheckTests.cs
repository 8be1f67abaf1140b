using System.Threading.Channels;
using FastCore.Perf.Channels;
using FastCore.Perf.Channels.Check;

namespace FastCore.EndToEnd.Tests.Channels;

/// <summary>Storms over leases and over measured channels find what is planted there.</summary>
internal sealed class FaceCheckTests
{
    private static readonly ChannelKind Kind = new("bounded-64", 64, 4, 4);

    [Test]
    public void A_lease_that_is_never_given_back_leaves_the_readers_waiting() =>
        Assert.That(Run(static channel => new Keeping(channel), patientLooks: 5).Hung, Is.EqualTo(4));

    [Test]
    public void A_lease_that_is_given_back_too_early_is_found() =>
        Assert.That(Run(static channel => new Hurried(channel)).FirstFailure, Does.Contain("closed").IgnoreCase.Or.Contain("before it came"));

    [Test]
    public void A_write_that_the_meter_missed_is_found() =>
        Assert.That(Run(static channel => new Unmetered(channel)).FirstFailure, Does.StartWith("the meter has"));

    // The storm waits for tasks, so it has a thread of its own.
    private static ChannelFindings Run(Func<Channel<long>, StormFace> face, int patientLooks = 100)
    {
        ChannelStorm storm;
        do
        {
            int seed = TestContext.CurrentContext.Random.Next();
            TestContext.Out.WriteLine($"seed {seed}");
            storm = new ChannelStorm(Kind, ChannelSubject.FastCore, 2000, new Random(seed), face);
        }
        // One that is completed amid its items would hide what is planted.
        while (storm.CloseAt != 0);
        ChannelFindings found = Task.Factory.StartNew(() => storm.Run(patientLooks), TaskCreationOptions.LongRunning).GetAwaiter().GetResult();
        TestContext.Out.WriteLine(found);
        Assert.That(found.IsClean, Is.False);
        return found;
    }

    private abstract class Leases(Channel<long> channel) : StormFace(channel)
    {
        protected LeasedFace Inner { get; } = new(channel, Kind.Writers);

        internal override ChannelWriter<long> WriterOf(int index) => Inner.WriterOf(index);
    }

    private sealed class Keeping(Channel<long> channel) : Leases(channel)
    {
        internal override void Leave(int index, bool isLast, Exception? error)
        {
            if (index != 0) Inner.Leave(index, isLast, null);
        }
    }

    /// <summary>Completes as a count of leases would that is one short.</summary>
    private sealed class Hurried(Channel<long> channel) : Leases(channel)
    {
        private int _calls;

        internal override void Stir(int index, Random random)
        {
            if (Interlocked.Increment(ref _calls) == 3) Channel.Writer.TryComplete();
        }

        internal override void Leave(int index, bool isLast, Exception? error) => Inner.Leave(index, isLast, error);
    }

    private sealed class Unmetered(Channel<long> channel) : StormFace(channel)
    {
        private readonly MeasuredFace _measured = MeasuredFace.Of(channel);

        // Everybody goes past it.
        internal override string? WrongEnd(long written, long read) => _measured.WrongEnd(written, read);
    }
}
