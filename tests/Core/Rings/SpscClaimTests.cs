using FastCore.Rings;

namespace FastCore.Tests.Rings;

/// <summary>Claim and Publish, Peek and Release: what they show, and that no misuse hands over a slot that is not the caller's.</summary>
[TestFixture]
internal sealed class SpscClaimTests
{
    [Test]
    public void RoundTheEndAClaimIsTwoClaims()
    {
        SpscRing<int> ring = Advanced(3);
        Assert.That(ring.Claim(4).Length, Is.EqualTo(1));
        ring.Publish(1);
        Assert.That(ring.Claim(4).Length, Is.EqualTo(3));
        ring.Publish(3);
        Assert.That(ring.Claim(4).Length, Is.Zero, "It is full.");
        Assert.That(ring.Peek(4).Length, Is.EqualTo(1));
        ring.Release(1);
        Assert.That(ring.Peek(4).Length, Is.EqualTo(3));
        ring.Release(3);
        Assert.That(ring.Peek(4).Length, Is.Zero, "It is empty.");
    }

    [Test]
    public void APartMayBePublishedAndTheRestLater()
    {
        var ring = new SpscRing<int>(4);
        Span<int> claim = ring.Claim(3);
        (claim[0], claim[1], claim[2]) = (1, 2, 3);
        ring.Publish(1);
        Assert.That(ring.Count, Is.EqualTo(1));
        ring.Publish(2);
        Assert.That(ring.Peek(4).ToArray(), Is.EqualTo(new[] { 1, 2, 3 }));
        ring.Release(2);
        Assert.That(ring.TryDequeue(out int last) && last == 3);
    }

    [Test]
    public void NegativeMaximum()
    {
        var ring = new SpscRing<int>(4);
        Assert.That(() => { ring.Claim(-1); }, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => { ring.Peek(-1); }, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [TestCase(-1)]
    [TestCase(3)]
    [TestCase(int.MaxValue)]
    [TestCase(int.MinValue)]
    public void OnlyWhatWasClaimedCanBePublished(int count)
    {
        var ring = new SpscRing<int>(4);
        ring.Claim(2);
        Assert.That(() => ring.Publish(count), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(ring.Count, Is.Zero);
    }

    [TestCase(-1)]
    [TestCase(3)]
    [TestCase(int.MaxValue)]
    [TestCase(int.MinValue)]
    public void OnlyWhatWasPeekedCanBeReleased(int count)
    {
        var ring = new SpscRing<int>(4);
        ring.TryEnqueue([1, 2, 3, 4]);
        ring.Peek(2);
        Assert.That(() => ring.Release(count), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(ring.Count, Is.EqualTo(4));
    }

    [Test]
    public void WithoutAClaimNothingCanBePublished()
    {
        SpscRing<int> ring = Advanced(3);
        Assert.That(() => ring.Publish(1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => ring.Release(1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    /// <summary>Single operations in between use a claim or a peek up from its front.</summary>
    [Test]
    public void SingleOperationsInBetween()
    {
        var ring = new SpscRing<int>(4);
        ring.Claim(2);
        ring.TryEnqueue([1, 2, 3]);
        Assert.That(() => ring.Publish(1), Throws.TypeOf<ArgumentOutOfRangeException>());
        ring.Peek(2);
        Assert.That(ring.TryDequeue(out _));
        Assert.That(() => ring.Release(2), Throws.TypeOf<ArgumentOutOfRangeException>());
        ring.Release(1);
        Assert.That(ring.Count, Is.EqualTo(1));
        Assert.That(ring.TryDequeue(out int last) && last == 3);
    }

    private static SpscRing<int> Advanced(int by)
    {
        var ring = new SpscRing<int>(4);
        for (int i = 0; i < by; i++) Assert.That(ring.TryEnqueue(i) && ring.TryDequeue(out _));
        return ring;
    }
}
