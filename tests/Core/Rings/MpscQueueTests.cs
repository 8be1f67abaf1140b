using System.Runtime.CompilerServices;
using CsCheck;
using FastCore.Rings;

namespace FastCore.Tests.Rings;

/// <summary>What one thread can see of the unbounded queue.</summary>
[TestFixture]
internal sealed class MpscQueueTests
{
    /// <summary>Backlogs up to several times the largest segment.</summary>
    [Test]
    public void AnswersAsAQueue() =>
        Gen.Int[-2000, 2000].Array[0, 20].Sample(runs =>
        {
            var queue = new MpscQueue<int>();
            var model = new Queue<int>();
            int next = 0;
            foreach (int run in runs)
            {
                for (int i = 0; i < run; i++)
                {
                    queue.Enqueue(next);
                    model.Enqueue(next++);
                }

                for (int i = run; i < 0; i++)
                {
                    bool found = queue.TryDequeue(out int item);
                    if (found != model.TryDequeue(out int expected) || item != expected) return false;
                }

                if (queue.IsEmpty != (model.Count == 0)) return false;
            }

            return true;
        });

    [Test]
    public void ABacklogThatFitsAllocatesNothing()
    {
        var queue = new MpscQueue<long>();
        Pass(1024);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) Pass(1000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Pass(int count)
        {
            for (int i = 0; i < count; i++) queue.Enqueue(i);
            for (int i = 0; i < count; i++) queue.TryDequeue(out _);
        }
    }

    [Test]
    public void ReferencesDieWhenTheyAreRead()
    {
        var queue = new MpscQueue<object>();
        WeakReference gone = PassOne(queue);
        GC.Collect();
        Assert.That(gone.IsAlive, Is.False);
        GC.KeepAlive(queue);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference PassOne(MpscQueue<object> queue)
    {
        var item = new object();
        queue.Enqueue(item);
        Assert.That(queue.TryDequeue(out object? taken) && ReferenceEquals(taken, item));
        return new WeakReference(item);
    }
}
