using System.Collections;
using System.Collections.ObjectModel;
using System.Diagnostics;
using FastCore.Atomics;

namespace FastCore.Collections;

public sealed partial class ConcurrentMap<TKey, TValue>
{
    /// <summary>The keys as they are at one moment, which writers wait for.</summary>
    public ICollection<TKey> Keys => new ReadOnlyCollection<TKey>(Array.ConvertAll(ToArray(), static entry => entry.Key));

    /// <summary>The values as they are at one moment, which writers wait for.</summary>
    public ICollection<TValue> Values => new ReadOnlyCollection<TValue>(Array.ConvertAll(ToArray(), static entry => entry.Value));

    /// <summary>The entries as they are at one moment. Writers wait until they are copied, readers do not.</summary>
    public KeyValuePair<TKey, TValue>[] ToArray() => _core.ToArray();

    /// <summary>
    /// Goes through the entries while others change them. Every key that is there all the time is met once. Of what is added,
    /// changed or removed meanwhile, some is seen and some not; a key that is removed and added again may be met twice. Nobody waits for it, and the map may be
    /// changed in its course.
    /// </summary>
    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator() => new Entries(_core);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Goes through the groups, of which it has one copied at a time.</summary>
    private sealed class Entries(MapCore<TKey, TValue, HardwareAtomics> core) : IEnumerator<KeyValuePair<TKey, TValue>>
    {
        private readonly KeyValuePair<TKey, TValue>[] _copied = new KeyValuePair<TKey, TValue>[MapLayout.Lanes];

        private IEnumerator<MapSegment<TKey, TValue>> _segments = core.Segments().GetEnumerator();

        private MapSegment<TKey, TValue>? _segment;

        /// <summary>The group of the segment that is copied next.</summary>
        private int _group;

        private int _count;

        private int _next;

        public KeyValuePair<TKey, TValue> Current { get; private set; }

        object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            while (_next == _count)
            {
                if (!TryCopyNext()) return false;
            }

            Current = _copied[_next++];
            return true;
        }

        public void Reset()
        {
            _segments = core.Segments().GetEnumerator();
            _segment = null;
            _count = _next = 0;
        }

        public void Dispose()
        {
        }

        private bool TryCopyNext()
        {
            while (_segment is null || _group == _segment.Count)
            {
                if (!_segments.MoveNext()) return false;
                _segment = _segments.Current;
                _group = 0;
            }

            _count = MapCore<TKey, TValue, HardwareAtomics>.Copy(ref _segment.Group(_group++), _copied);
            _next = 0;
            return true;
        }
    }
}

/// <summary>What a debugger shows of a map.</summary>
internal sealed class ConcurrentMapDebugView<TKey, TValue>(ConcurrentMap<TKey, TValue> map)
    where TKey : notnull
{
    /// <summary>Enumerated, not frozen: a thread that stands still in the debugger may hold a lock.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
    public KeyValuePair<TKey, TValue>[] Entries => [.. map.Take(1000)];
}
