using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastCore.Tracing;

namespace FastCore.Pooling;

/// <summary>
/// Watches one of so many objects that are out: who is collected before it returns is a leak. A mark hangs on the object, by a table
/// that does not keep it alive, and dies with it; the mark's finalizer tells.
/// </summary>
internal sealed class LeakTracker<T>(string pool, Action<PoolLeak>? onLeak)
    where T : class
{
    private readonly ConditionalWeakTable<T, Mark> _marks = [];

    private int _out;

    private long _leaks;

    internal long Leaks => Volatile.Read(ref _leaks);

    /// <summary>Whether a return must look. While nothing that is watched is out, it costs one read.</summary>
    internal bool HasAnyOut => Volatile.Read(ref _out) != 0;

    /// <summary>The object goes out.</summary>
    internal void Begin(T item)
    {
        // Without file names: they are looked up when somebody reads the report.
        _marks.AddOrUpdate(item, new Mark(this, new StackTrace(2, fNeedFileInfo: false)));
        Interlocked.Increment(ref _out);
    }

    /// <summary>The object is back, whether it was watched or not.</summary>
    internal void End(T item)
    {
        if (!_marks.TryGetValue(item, out Mark? mark) || !mark.TryEnd(PooledObjectTable.Return)) return;
        _marks.Remove(item);
        Interlocked.Decrement(ref _out);
    }

    private void OnLeak(Mark mark)
    {
        Interlocked.Decrement(ref _out);
        Interlocked.Increment(ref _leaks);
        onLeak?.Invoke(new PoolLeak(pool, Stopwatch.GetElapsedTime(mark.Began), mark.Place));
    }

    private sealed class Mark(LeakTracker<T> tracker, StackTrace place)
    {
        private Lifecycle _life = BeginLife();

        private int _hasEnded;

        ~Mark()
        {
            if (TryEnd(PooledObjectTable.Lose)) tracker.OnLeak(this);
        }

        internal long Began { get; } = Stopwatch.GetTimestamp();

        internal StackTrace Place => place;

        internal bool TryEnd(Transition step)
        {
            if (Interlocked.Exchange(ref _hasEnded, 1) != 0) return false;
            _life.Step(step);
            return true;
        }

        private static Lifecycle BeginLife()
        {
            Lifecycle life = default;
            life.Begin();
            life.Step(PooledObjectTable.Watch);
            return life;
        }
    }
}
