using FastCore.Channels;

namespace FastCore.Tests.Channels;

/// <summary>How long a channel goes on fencing follows from what not fencing has brought.</summary>
[TestFixture]
internal sealed class FencePatienceTests
{
    private static readonly TimeSpan Price = TimeSpan.FromMicroseconds(50);

    [Test]
    public void ItGrowsWhileSleepsComeSoonAndShrinksWhenTheyDoNot()
    {
        var patience = new FencePatience(0);
        Assert.That(patience.Count, Is.EqualTo(FencePatience.Least));
        patience.Learn(unfenced: Price, Price);
        Assert.That(patience.Count, Is.EqualTo(2 * FencePatience.Least));
        for (int sleep = 0; sleep < 100; sleep++) patience.Learn(unfenced: Price, Price);
        Assert.That(patience.Count, Is.EqualTo(FencePatience.Most));
        patience.Learn(unfenced: 100 * Price, Price);
        Assert.That(patience.Count, Is.EqualTo(FencePatience.Most / 2));
        for (int sleep = 0; sleep < 100; sleep++) patience.Learn(unfenced: 100 * Price, Price);
        Assert.That(patience.Count, Is.EqualTo(FencePatience.Least));
    }

    [Test]
    public void AFixedOneStays()
    {
        var patience = new FencePatience(7);
        patience.Learn(unfenced: Price, Price);
        patience.Learn(unfenced: 100 * Price, Price);
        Assert.That(patience.Count, Is.EqualTo(7));
    }
}
