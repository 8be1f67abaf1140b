using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastCore.Channels;
using FastCore.Channels.Queues;
using FastCore.Rings;
using FastCore.Scheduling;

namespace FastCore.Tests.Rings;

/// <summary>Fields that different threads write lie far enough apart, wherever the object begins.</summary>
[TestFixture]
internal sealed class LayoutTests
{
    [Test]
    public void SpscCursorsAreApart() => AssertApart<SpscCursors>(
        [nameof(SpscCursors.Tail), nameof(SpscCursors.TailLimit), nameof(SpscCursors.ClaimEnd)],
        [nameof(SpscCursors.Head), nameof(SpscCursors.HeadLimit), nameof(SpscCursors.PeekEnd)]);

    [Test]
    public void MpmcCursorsAreApart() => AssertApart<MpmcCursors>([nameof(MpmcCursors.Tail)], [nameof(MpmcCursors.Head)]);

    [Test]
    public void SealableCursorsAreApart() => AssertApart<SealableCursors>([nameof(SealableCursors.Tail)], [nameof(SealableCursors.HeadSeen)], [nameof(SealableCursors.Head)]);

    [Test]
    public void PlaceCountIsAlone() => AssertApart<PlaceCount>([nameof(PlaceCount.Taken)]);

    [Test]
    public void AWorkersCursorsAndItsThievesAreApart() => AssertApart<LocalQueueCursors>(
        [nameof(LocalQueueCursors.Tail), nameof(LocalQueueCursors.Head)],
        [nameof(LocalQueueCursors.Claim), nameof(LocalQueueCursors.StolenTo), nameof(LocalQueueCursors.StolenFrom)]);

    [Test]
    public void TheCountsOfAChannelsSideAreApart() => AssertApart<OwnCounts>([nameof(OwnCounts.Writing), nameof(OwnCounts.Fences), "_spins", "_skipped"]);

    /// <param name="groups">Each thread's fields, in the order of their offsets.</param>
    private static void AssertApart<T>(params string[][] groups) where T : unmanaged
    {
        const BindingFlags Fields = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
        Assert.That(groups.SelectMany(group => group), Is.EquivalentTo(typeof(T).GetFields(Fields).Select(field => field.Name)), "No field is left out.");
        int free = 0;
        foreach (string[] group in groups)
        {
            int[] offsets = [.. group.Select(name => (int)Marshal.OffsetOf<T>(name))];
            Assert.That(offsets.Min() - free, Is.GreaterThanOrEqualTo(CacheLine.Size), "Too near to what lies before.");
            free = offsets.Max() + sizeof(long);
        }

        Assert.That(Unsafe.SizeOf<T>() - free, Is.GreaterThanOrEqualTo(CacheLine.Size), "Too near to what lies behind.");
    }
}
