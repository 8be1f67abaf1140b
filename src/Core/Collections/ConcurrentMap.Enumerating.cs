using System.Collections;
using System.Collections.ObjectModel;
using System.Diagnostics;

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
    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator()
    {
        var entries = new KeyValuePair<TKey, TValue>[MapLayout.Lanes];
        foreach (MapSegment<TKey, TValue> segment in _core.Segments())
        {
            for (int index = 0; index < segment.Count; index++)
            {
                int count = MapCore<TKey, TValue, Atomics.HardwareAtomics>.Copy(ref segment.Group(index), entries);
                for (int i = 0; i < count; i++) yield return entries[i];
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>What a debugger shows of a map.</summary>
internal sealed class ConcurrentMapDebugView<TKey, TValue>(ConcurrentMap<TKey, TValue> map)
    where TKey : notnull
{
    /// <summary>Enumerated, not frozen: a thread that stands still in the debugger may hold a lock.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
    public KeyValuePair<TKey, TValue>[] Entries => [.. map.Take(1000)];
}
