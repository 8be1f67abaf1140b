using FastCore.Scheduling;
using FastCore.Tracing;

namespace FastCore.Tests.Scheduling;

/// <summary>A fork that its worker has taken back serves it again; one that was stolen does not, for its thief has it still.</summary>
[TestFixture]
internal sealed class ForkTests
{
    private const int Trees = 300;

    /// <summary>Enough for some to be stolen, and for spare ones of two types to lie in each other's way.</summary>
    private const int Depth = 9;

    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void ForksOfTwoTypesThatAreUsedAgainAndStolenReturnWhatTheyComputed()
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 4, Name = "forks" });
        for (int tree = 0; tree < Trees; tree++)
        {
            long expected = Leaves(tree, Depth);
            Assert.That(Run(scheduler, () => Sum((tree, Depth))), Is.EqualTo(expected), $"tree {tree}");
        }

        Assert.That(scheduler.Statistics.Stolen, Is.Positive, "Or it has tested nothing.");
    }

    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void AForkThatFailedIsNoSpareOne()
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1, Name = "failing forks" });
        bool isRight = Run(scheduler, static () =>
        {
            for (int i = 0; i < 10; i++)
            {
                try
                {
                    Scheduler.Join(static _ => 1, 0, static number => number % 2 == 0 ? throw new FormatException() : number, i);
                    if (i % 2 == 0) return false;
                }
                catch (FormatException) when (i % 2 == 0)
                {
                }
            }

            return true;
        });
        Assert.That(isRight, Is.True);
    }

    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void AForkThatNobodyStealsAllocatesNothing()
    {
        if (Lifecycle.IsWatched) Assert.Ignore("What is watched has an object for that.");
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1, Name = "spare forks" });
        long allocated = Run(scheduler, static () =>
        {
            Count(Depth);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Count(Depth);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.That(allocated, Is.Zero);
    }

    /// <summary>A spare fork must keep nothing alive that it was about.</summary>
    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void ASpareForkKeepsNothingAlive()
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1, Name = "empty forks" });
        WeakReference state = Run(scheduler, static () =>
        {
            object held = new();
            Scheduler.Join(static _ => 0, 0, static one => one, held);
            return new WeakReference(held);
        });
        Assert.That(() =>
        {
            GC.Collect();
            return state.IsAlive;
        }, Is.False.After(10_000, 10));
    }

    private static long Count(int depth)
    {
        if (depth == 0) return 1;
        (long first, long second) = Scheduler.Join(static depth => Count(depth), depth - 1, static depth => Count(depth), depth - 1);
        return first + second;
    }

    /// <summary>The leaves' numbers, with forks that return numbers and such that return texts in turns.</summary>
    private static long Sum((int Number, int Depth) node)
    {
        if (node.Depth == 0) return Leaf(node.Number);
        if (node.Depth % 2 == 0)
        {
            (long left, long right) = Scheduler.Join(static node => Sum(node), Left(node), static node => Sum(node), Right(node));
            return left + right;
        }

        (string first, string second) = Scheduler.Join(static node => $"{Sum(node)}", Left(node), static node => $"{Sum(node)}", Right(node));
        return long.Parse(first) + long.Parse(second);
    }

    private static long Leaves(int number, int depth) =>
        depth == 0 ? Leaf(number) : Leaves(Left((number, depth)).Number, depth - 1) + Leaves(Right((number, depth)).Number, depth - 1);

    private static (int Number, int Depth) Left((int Number, int Depth) node) => ((node.Number * 2) + 1, node.Depth - 1);

    private static (int Number, int Depth) Right((int Number, int Depth) node) => ((node.Number * 2) + 2, node.Depth - 1);

    /// <summary>Some take longer, so that others come to steal.</summary>
    private static long Leaf(int number)
    {
        if (number % 64 == 0) Thread.SpinWait(2000);
        return number;
    }

    private static T Run<T>(Scheduler scheduler, Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, scheduler.TaskScheduler).GetAwaiter().GetResult();
}
