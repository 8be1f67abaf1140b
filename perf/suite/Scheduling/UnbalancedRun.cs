using System.Diagnostics;
using FastCore.Perf.Load;
using FastCore.Perf.Results;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>
/// A load that one worker brings and that is unequal in itself: waves of items spawned by one item, most of a microsecond,
/// one in sixteen of sixteen. The last of a wave spawns the next.
/// </summary>
internal sealed class UnbalancedRun<TTarget> : SpawnRun<TTarget> where TTarget : struct, ITarget
{
    private const int Items = 200;

    private const int LongEvery = 16;

    /// <summary>About a microsecond.</summary>
    private const int ShortSteps = 800;

    private readonly Source _source;

    internal UnbalancedRun(TTarget target)
        : base(target) =>
        _source = new Source(target, Line);

    internal override RoundResult Run(long operations)
    {
        long waves = Math.Max(1, operations / Items);
        _source.Begin(waves);
        long? stolen = Target.Stolen;
        RoundResult result = Line.Measure(waves * Items, 1, () => Target.SpawnFromOutside(_source));
        _source.Verify(waves);
        double perThousand = 1000.0 / result.Operations;
        var counts = new List<(Metric, double)> { (Metric.MigrationsPerThousand, _source.Migrations * perThousand) };
        if (stolen is { } before) counts.Add((Metric.StealsPerThousand, (Target.Stolen!.Value - before) * perThousand));
        return result with { Waits = _source.Waits, Counts = counts };
    }

    private static ulong Work(int steps)
    {
        ulong value = (ulong)steps;
        for (int i = 0; i < steps; i++) value = (value * 6364136223846793005) + 1442695040888963407;
        return value;
    }

    private sealed class Source : WorkItem
    {
        private readonly TTarget _target;

        private readonly FinishLine _line;

        private readonly Part[] _parts;

        private long _waves;

        private int _running;

        internal Source(TTarget target, FinishLine line)
        {
            (_target, _line) = (target, line);
            _parts = [.. Enumerable.Range(0, Items).Select(number => new Part(this, number % LongEvery == 0 ? ShortSteps * LongEvery : ShortSteps))];
        }

        internal LatencyRecorder Waits { get; private set; } = new();

        /// <summary>Items that ran on another thread than that which spawned them.</summary>
        internal long Migrations { get; private set; }

        internal void Begin(long waves)
        {
            _waves = waves;
            Waits = new LatencyRecorder(LatencyRecorder.Finest);
            Migrations = 0;
            foreach (Part part in _parts) part.Begin();
        }

        public override void Execute()
        {
            if (_parts[0].HasRun)
            {
                foreach (Part part in _parts)
                {
                    Waits.Record(part.Waited, 1);
                    if (part.HasMigrated) Migrations++;
                }
            }

            if (--_waves < 0)
            {
                _line.Finish();
                return;
            }

            _running = Items;
            int thread = Environment.CurrentManagedThreadId;
            foreach (Part part in _parts)
            {
                part.Spawned(thread);
                _target.Spawn(part);
            }
        }

        internal void Finish()
        {
            if (Interlocked.Decrement(ref _running) == 0) _target.Spawn(this);
        }

        internal void Verify(long waves)
        {
            foreach (Part part in _parts) part.Verify(waves);
        }
    }

    private sealed class Part(Source source, int steps) : WorkItem
    {
        private long _spawned;

        private long _started;

        private int _spawner;

        private int _runner;

        private long _ran;

        private ulong _sum;

        internal bool HasRun => _ran > 0;

        internal long Waited => _started - _spawned;

        internal bool HasMigrated => _runner != _spawner;

        internal void Begin() => (_ran, _sum) = (0, 0);

        internal void Spawned(int thread) => (_spawner, _spawned) = (thread, Stopwatch.GetTimestamp());

        public override void Execute()
        {
            _started = Stopwatch.GetTimestamp();
            _runner = Environment.CurrentManagedThreadId;
            _sum += Work(steps);
            _ran++;
            source.Finish();
        }

        internal void Verify(long waves)
        {
            Require(_ran, waves);
            if (_sum != Work(steps) * (ulong)waves) throw new InvalidDataException("An item's result is wrong.");
        }
    }
}
