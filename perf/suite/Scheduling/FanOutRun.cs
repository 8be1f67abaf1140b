using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>Parents that spawn a hundred children at once; the last child to run spawns its parent again.</summary>
internal sealed class FanOutRun<TTarget> : SpawnRun<TTarget> where TTarget : struct, ITarget
{
    private const int Children = 100;

    private readonly Parent[] _parents;

    internal FanOutRun(TTarget target)
        : base(target) =>
        _parents = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Parent(target, Line))];

    internal override RoundResult Run(long operations)
    {
        long waves = Math.Max(1, operations / _parents.Length / (Children + 1));
        foreach (Parent parent in _parents) parent.Begin(waves);
        RoundResult result = Line.Measure(waves * (Children + 1) * _parents.Length, _parents.Length, () =>
        {
            foreach (Parent parent in _parents) Target.SpawnFromOutside(parent);
        });
        foreach (Parent parent in _parents)
        {
            foreach (Child child in parent.Own) Require(child.Ran, waves);
        }

        return result;
    }

    private sealed class Parent : WorkItem
    {
        private readonly TTarget _target;

        private readonly FinishLine _line;

        private long _waves;

        private int _running;

        internal Parent(TTarget target, FinishLine line)
        {
            (_target, _line) = (target, line);
            Own = [.. Enumerable.Range(0, Children).Select(_ => new Child(this))];
        }

        internal Child[] Own { get; }

        internal void Begin(long waves)
        {
            _waves = waves;
            foreach (Child child in Own) child.Ran = 0;
        }

        public override void Execute()
        {
            if (--_waves < 0)
            {
                _line.Finish();
                return;
            }

            _running = Children;
            foreach (Child child in Own) _target.Spawn(child);
        }

        internal void Finish()
        {
            if (Interlocked.Decrement(ref _running) == 0) _target.Spawn(this);
        }
    }

    private sealed class Child(Parent parent) : WorkItem
    {
        internal long Ran { get; set; }

        public override void Execute()
        {
            Ran++;
            parent.Finish();
        }
    }
}
