using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>
/// A million leaves, each with its number, below nodes of ten children; their sum comes up through the tree. Each node and each
/// leaf is an item. Where a round has no time for a million, there are fewer.
/// </summary>
internal abstract class SkynetRun(IDisposable target) : CaseRun
{
    protected const int Children = 10;

    private const long MostLeaves = 1_000_000;

    private readonly FinishLine _line = new();

    internal override RoundResult Run(long operations)
    {
        long leaves = 1;
        while (leaves * Children <= Math.Min(operations, MostLeaves)) leaves *= Children;
        long sum = 0;
        RoundResult result = _line.Measure(((leaves * Children) - 1) / (Children - 1), 1, () => Start(leaves, total =>
        {
            sum = total;
            _line.Finish();
        }));
        if (sum != leaves * (leaves - 1) / 2) throw new InvalidDataException($"The sum of {leaves:N0} leaves was {sum}.");
        return result;
    }

    public override void Dispose()
    {
        target.Dispose();
        _line.Dispose();
    }

    /// <summary>Starts the tree.</summary>
    protected abstract void Start(long leaves, Action<long> finish);
}

/// <summary>With an item for each node, and the last child to end adds up.</summary>
internal sealed class SpawnedSkynetRun(SchedulerTarget target) : SkynetRun(target)
{
    protected override void Start(long leaves, Action<long> finish) => target.SpawnFromOutside(new Root(target, leaves, finish));

    private class Node(SchedulerTarget target, Node? parent, long first, long leaves) : WorkItem
    {
        private long _sum;

        private int _running = Children;

        public override void Execute()
        {
            if (leaves == 1)
            {
                Finish(first);
                return;
            }

            long share = leaves / Children;
            for (int child = 0; child < Children; child++) target.Spawn(new Node(target, this, first + (child * share), share));
        }

        protected virtual void Finish(long sum) => parent!.Add(sum);

        private void Add(long sum)
        {
            Interlocked.Add(ref _sum, sum);
            if (Interlocked.Decrement(ref _running) == 0) Finish(_sum);
        }
    }

    private sealed class Root(SchedulerTarget target, long leaves, Action<long> finish) : Node(target, parent: null, 0, leaves)
    {
        protected override void Finish(long sum) => finish(sum);
    }
}

/// <summary>With a task for each node, which awaits its children's.</summary>
internal sealed class TaskSkynetRun() : SkynetRun(default(PoolTarget))
{
    protected override void Start(long leaves, Action<long> finish) =>
        Task.Run(async () => finish(await SumAsync(0, leaves).ConfigureAwait(false)));

    private static async Task<long> SumAsync(long first, long leaves)
    {
        if (leaves == 1) return first;
        long share = leaves / Children;
        var children = new Task<long>[Children];
        for (int child = 0; child < Children; child++)
        {
            long from = first + (child * share);
            children[child] = Task.Run(() => SumAsync(from, share));
        }

        long sum = 0;
        foreach (Task<long> child in children) sum += await child.ConfigureAwait(false);
        return sum;
    }
}
