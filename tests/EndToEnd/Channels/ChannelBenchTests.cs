using FastCore.Perf;
using FastCore.Perf.Channels;

namespace FastCore.EndToEnd.Tests.Channels;

/// <summary>The bench of channels: its cases, the shape of what it reports, and that it refuses wrong results.</summary>
internal sealed class ChannelBenchTests
{
    [Test]
    public void There_are_exactly_18_cases() => Assert.That(CaseBenches.Channels.Cases, Is.EqualTo((string[])
    [
        "channels/rendezvous/1x1", "channels/rendezvous/4x1", "channels/rendezvous/4x4",
        "channels/bounded-1/1x1", "channels/bounded-1/4x1", "channels/bounded-1/4x4",
        "channels/bounded-64/1x1", "channels/bounded-64/4x1", "channels/bounded-64/4x4",
        "channels/bounded-1024/1x1", "channels/bounded-1024/4x1", "channels/bounded-1024/4x4",
        "channels/unbounded/1x1", "channels/unbounded/4x1", "channels/unbounded/4x4",
        "channels/bounded-1024/1x1-read-all", "channels/bounded-1024/1x1-batch-64", "channels/select-4/4x1",
    ]));

    [TestCase(0, true)]
    [TestCase(1, false)]
    public void A_tally_tells_lost_from_complete(int missing, bool isRight)
    {
        var tally = new Tally();
        for (int writer = 0; writer < 2; writer++)
        {
            for (int number = 0; number < 10 - missing * writer; number++) tally.Take(Item.Of(writer, number));
        }

        Assert.That(() => Tally.Verify([tally], 2, 10), isRight ? Throws.Nothing : Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void A_tally_tells_disorder() => Assert.That(() => Tally.Verify([Taken(1, 0)], 1, 2), Throws.TypeOf<InvalidDataException>().With.Message.Contains("out of order"));

    [Test]
    public void Tallies_tell_one_lost_and_another_doubled() => Assert.That(() => Tally.Verify([Taken(0, 1), Taken(1, 3)], 1, 4), Throws.TypeOf<InvalidDataException>());

    [Test]
    public void Tallies_of_several_readers_add_up() => Assert.That(() => Tally.Verify([Taken(0, 3), Taken(1, 2)], 1, 4), Throws.Nothing);

    private static Tally Taken(params long[] numbers)
    {
        var tally = new Tally();
        foreach (long number in numbers) tally.Take(Item.Of(0, number));
        return tally;
    }
}
