using System.Runtime.Intrinsics;

namespace FastCore.Tests.Explorer;

/// <summary>
/// The stores of one thread that the others don't see yet: first in, first out, as on x86 (Owens, Sarkar, Sewell, "A Better
/// x86 Memory Model: x86-TSO", 2009). The thread itself reads its newest store to a location.
/// </summary>
internal sealed class StoreBuffer
{
    private readonly Queue<Entry> _entries = new();

    internal int Count => _entries.Count;

    internal bool IsEmpty => Count == 0;

    internal void Clear() => _entries.Clear();

    internal void Add(Location location, Cell value, Vector128<int> released, ulong knowledge) =>
        _entries.Enqueue(new Entry(location, value, released, knowledge));

    internal bool TryForward(Location location, out Cell value)
    {
        value = default;
        bool found = false;
        foreach (Entry entry in _entries)
        {
            if (entry.Location != location) continue;
            value = entry.Value;
            found = true;
        }

        return found;
    }

    /// <summary>Makes the oldest store visible to all. <paramref name="met"/> is the version that it took the place of.</summary>
    internal Location Flush(out ulong met)
    {
        Entry entry = _entries.Dequeue();
        entry.Location.Value = entry.Value;
        entry.Location.Released = entry.Released;
        met = entry.Location.Version;
        entry.Location.Version = Fingerprint.Link(met, entry.Knowledge);
        return entry.Location;
    }

    private readonly record struct Entry(Location Location, Cell Value, Vector128<int> Released, ulong Knowledge);
}
