using System.Runtime.CompilerServices;
using CsCheck;
using FastCore.Atomics;

namespace FastCore.Tests.Rings;

/// <summary>What one thread can see of every bounded ring.</summary>
[TestFixture("SpscRing")]
[TestFixture("SpscRing in place")]
[TestFixture("MpmcRing")]
internal sealed class RingTests(string kind)
{
    [TestCase(1, ExpectedResult = 2)]
    [TestCase(2, ExpectedResult = 2)]
    [TestCase(3, ExpectedResult = 4)]
    [TestCase(1000, ExpectedResult = 1024)]
    [TestCase(1024, ExpectedResult = 1024)]
    public int CapacityIsRoundedUp(int capacity)
    {
        IRing<int> ring = Make<int>(capacity);
        int held = 0;
        while (ring.TryEnqueue(held)) held++;
        Assert.That(held, Is.EqualTo(ring.Capacity), "It holds what it says.");
        return ring.Capacity;
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(int.MinValue)]
    [TestCase((1 << 30) + 1)]
    public void CapacityOutOfRange(int capacity) =>
        Assert.That(() => Make<int>(capacity), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("capacity"));

    /// <summary>Any sequence of operations answers as a queue of limited length does.</summary>
    [Test]
    public void AnswersAsAQueue() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[-12, 12].Array[0, 200]).Sample((capacity, operations) =>
        {
            IRing<int> ring = Make<int>(capacity);
            var model = new Queue<int>();
            int next = 0;
            foreach (int operation in operations)
            {
                if (operation > 0) next += Enqueue(ring, model, next, operation);
                else if (!Dequeue(ring, model, -operation)) return false;
                if (ring.Count != model.Count || ring.IsEmpty != (model.Count == 0) || ring.IsFull != (model.Count == ring.Capacity)) return false;
            }

            return true;
        });

    [Test]
    public void ReferencesDieWhenTheyAreRead([Values(1, 3)] int atOnce)
    {
        IRing<object> ring = Make<object>(4);
        WeakReference[] gone = [.. Enumerable.Range(0, 7).SelectMany(_ => Pass(ring, atOnce))];
        GC.Collect();
        Assert.That(gone.Select(reference => reference.IsAlive), Is.All.False);
        GC.KeepAlive(ring);
    }

    [Test]
    public void ReferencesInsideOfStructsDieToo()
    {
        IRing<(int, object)> ring = Make<(int, object)>(4);
        WeakReference gone = PassOneInsideOfAStruct(ring);
        GC.Collect();
        Assert.That(gone.IsAlive, Is.False);
        GC.KeepAlive(ring);
    }

    [Test]
    public void NothingIsAllocatedAfterConstruction()
    {
        IRing<long> ring = Make<long>(64);
        long[] items = new long[40];
        Use();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) Use();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Use()
        {
            ring.TryEnqueue(1);
            ring.TryEnqueue(items);
            ring.TryDequeue(out _);
            while (ring.TryDequeue(items) > 0)
            {
            }
        }
    }

    private IRing<T> Make<T>(int capacity) => kind switch
    {
        "SpscRing" => new SpscAdapter<T, HardwareAtomics>(capacity),
        "SpscRing in place" => new SpscInPlaceAdapter<T, HardwareAtomics>(capacity),
        _ => new MpmcAdapter<T, HardwareAtomics>(capacity),
    };

    private static int Enqueue(IRing<int> ring, Queue<int> model, int next, int count)
    {
        int[] items = [.. Enumerable.Range(next, count)];
        int done = count == 1 ? (ring.TryEnqueue(next) ? 1 : 0) : ring.TryEnqueue(items);
        foreach (int item in items.Take(ring.Capacity - model.Count)) model.Enqueue(item);
        return done;
    }

    private static bool Dequeue(IRing<int> ring, Queue<int> model, int count)
    {
        int[] items = new int[count];
        int done = count == 1 ? (ring.TryDequeue(out items[0]) ? 1 : 0) : ring.TryDequeue(items);
        int expected = Math.Min(count, model.Count);
        return done == expected && items.AsSpan(0, done).SequenceEqual(Enumerable.Range(0, expected).Select(_ => model.Dequeue()).ToArray());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] Pass(IRing<object> ring, int count)
    {
        object[] items = [.. Enumerable.Range(0, count).Select(_ => new object())];
        object[] taken = new object[count];
        bool passed = count == 1
            ? ring.TryEnqueue(items[0]) && ring.TryDequeue(out taken[0]!)
            : ring.TryEnqueue(items) == count && ring.TryDequeue(taken) == count;
        Assert.That(passed && items.SequenceEqual(taken));
        return [.. items.Select(item => new WeakReference(item))];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference PassOneInsideOfAStruct(IRing<(int, object)> ring)
    {
        var item = new object();
        Assert.That(ring.TryEnqueue((1, item)) && ring.TryDequeue(out (int, object) taken) && ReferenceEquals(taken.Item2, item));
        return new WeakReference(item);
    }
}
