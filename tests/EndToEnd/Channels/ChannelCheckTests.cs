using System.Threading.Channels;
using FastCore.Perf.Channels;
using FastCore.Perf.Channels.Check;

namespace FastCore.EndToEnd.Tests.Channels;

/// <summary>The check finds what is planted, and nothing else.</summary>
internal sealed class ChannelCheckTests
{
    private static readonly Dictionary<Fault, Func<ChannelFindings, long>> Shown = new()
    {
        [Fault.Loses] = static found => found.Lost,
        [Fault.Doubles] = static found => found.Doubled,
        [Fault.Reorders] = static found => found.OutOfOrder,
        [Fault.Hangs] = static found => found.Hung,
        [Fault.Throws] = static found => found.Failed,
        [Fault.StaysOpen] = static found => found.Failed,
    };

    private static IEnumerable<Fault> Faults => Shown.Keys;

    [TestCaseSource(nameof(Faults))]
    public void A_planted_fault_is_found(Fault fault)
    {
        var faulty = ChannelSubject.Stock with { Name = "faulty", CreateUnbounded = _ => new FaultyChannel(fault) };
        ChannelFindings found = Check(faulty, "unbounded/1x1", fault == Fault.Hangs ? 3 : 100);
        Assert.That(Shown[fault](found), Is.Positive, found.ToString());
        Assert.That(found.IsClean, Is.False);
    }

    [Test]
    public void A_single_lost_item_is_counted_as_one()
    {
        int made = 0;
        var faulty = ChannelSubject.FastCore with { CreateUnbounded = options => made++ == 0 ? new FaultyChannel(Fault.Loses) : ChannelSubject.FastCore.CreateUnbounded(options) };
        ChannelFindings found = Check(faulty, "unbounded/1x1");
        Assert.That((found.Lost, found.Doubled, found.OutOfOrder, found.Hung, found.Failed), Is.EqualTo((1, 0, 0, 0, 0)), found.ToString());
        Assert.That(found.Written - found.Read, Is.EqualTo(1));
    }

    [TestCaseSource(typeof(ChannelCheck), nameof(ChannelCheck.Kinds))]
    public void Ours_keep_their_promises(string kind)
    {
        ChannelFindings found = Check(ChannelSubject.FastCore, kind);
        Assert.That(found.IsClean, Is.True, found.ToString());
        Assert.That(found.Operations, Is.GreaterThanOrEqualTo(20_000));
        Assert.That(found.Written, Is.EqualTo(found.Read + found.Dropped));
    }

    [Test]
    public void A_channel_that_drops_in_silence_loses()
    {
        var silent = ChannelSubject.Stock with { CreateBounded = static (options, _) => Channel.CreateBounded<long>(options) };
        Assert.That(Check(silent, "drop-oldest/4x4").Lost, Is.Positive);
    }

    // The check waits for tasks, so it has a thread of its own.
    private static ChannelFindings Check(ChannelSubject subject, string kind, int patientLooks = 100)
    {
        var options = new ChannelCheckOptions { Operations = 20_000, Kinds = [kind], Seed = TestContext.CurrentContext.Random.Next(), PatientLooks = patientLooks };
        TestContext.Out.WriteLine($"seed {options.Seed}");
        return Task.Factory.StartNew(() => ChannelCheck.Run(options, [subject], null, CancellationToken.None).Single(), TaskCreationOptions.LongRunning).GetAwaiter().GetResult();
    }
}
