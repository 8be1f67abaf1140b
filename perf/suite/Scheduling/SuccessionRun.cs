using System.Runtime.InteropServices;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>Items each of which spawns itself again as it runs: nothing but what a spawn from a worker and its run cost.</summary>
internal sealed class SuccessionRun<TTarget> : SpawnRun<TTarget> where TTarget : struct, ITarget
{
    private const int Items = 64;

    private readonly Successor[] _items;

    internal SuccessionRun(TTarget target)
        : base(target) =>
        _items = [.. Enumerable.Range(0, Items).Select(_ => new Successor(target, Line))];

    internal override RoundResult Run(long operations)
    {
        long turns = Math.Max(1, operations / Items);
        foreach (Successor item in _items) item.Begin(turns);
        RoundResult result = Line.Measure(turns * Items, Items, () =>
        {
            foreach (Successor item in _items) Target.SpawnFromOutside(item);
        });
        foreach (Successor item in _items) Require(item.Ran, turns);
        return result;
    }

    private sealed class Successor(TTarget target, FinishLine line) : WorkItem
    {
        private SuccessorState _state;

        internal long Ran => _state.Ran;

        internal void Begin(long turns) => _state = new SuccessorState { Turns = turns };

        public override void Execute()
        {
            if (++_state.Ran == _state.Turns) line.Finish();
            else target.Spawn(this);
        }
    }
}

/// <summary>What an item of a <see cref="SuccessionRun{TTarget}"/> counts, away from the next item's, which another thread may be writing.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct SuccessorState
{
    [FieldOffset(128)]
    internal long Turns;

    [FieldOffset(136)]
    internal long Ran;
}
