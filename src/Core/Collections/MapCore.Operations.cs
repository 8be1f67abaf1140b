using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace FastCore.Collections;

// The operations, each a look and one step under the lock, and again when something has changed in between.
internal sealed partial class MapCore<TKey, TValue, TAtomics>
{
    /// <summary>Adds the key unless it is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryAdd<TProbe>(scoped in TProbe probe, TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        ref MapGroup<TKey, TValue> group = ref LookAtHome(in probe, out Scan found, out MapSegment<TKey, TValue> segment, out int home, out long word, out _, out _, out _);
        if (found == Scan.Found) return false;
        return (found == Scan.Absent && TryInsertAtHome(segment, home, ref group, word, in probe, value)) || TryAddSomewhere(probe, value);
    }

    /// <summary>Adds the key, or gives it another value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Set<TProbe>(scoped in TProbe probe, TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        ref MapGroup<TKey, TValue> group = ref LookAtHome(in probe, out Scan found, out MapSegment<TKey, TValue> segment, out int home, out long word, out int lane, out _, out _);
        if (found == Scan.Found && TryReplaceAtHome(ref group, word, lane, value)) return;
        if (found == Scan.Absent && TryInsertAtHome(segment, home, ref group, word, in probe, value)) return;
        SetSomewhere(probe, value);
    }

    /// <summary>Adds the key unless it is there.</summary>
    /// <returns>The value it has then.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TValue GetOrAdd<TProbe>(scoped in TProbe probe, TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        ref MapGroup<TKey, TValue> group = ref LookAtHome(in probe, out Scan found, out MapSegment<TKey, TValue> segment, out int home, out long word, out _, out _, out TValue? present);
        if (found == Scan.Found) return present!;
        return found == Scan.Absent && TryInsertAtHome(segment, home, ref group, word, in probe, value) ? value : GetOrAddSomewhere(probe, value);
    }

    /// <summary>Removes the key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryRemove<TProbe>(scoped in TProbe probe, [MaybeNullWhen(false)] out TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        ref MapGroup<TKey, TValue> group = ref LookAtHome(in probe, out Scan found, out _, out _, out long word, out int lane, out _, out value);
        if (found == Scan.Absent) return false;
        return (found == Scan.Found && TryRemoveAtHome(ref group, word, lane)) || TryRemoveSomewhere(probe, out value);
    }

    /// <summary>Removes the key.</summary>
    internal bool TryRemove<TProbe>(scoped in TProbe probe, [MaybeNullWhen(false)] out TKey key, [MaybeNullWhen(false)] out TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        while (Look(in probe, out MapSight<TKey, TValue> sight, out key, out value))
        {
            if (TryRemove(in sight)) return true;
        }

        return false;
    }

    /// <summary>Removes the key if it has that value.</summary>
    internal bool TryRemove<TProbe>(scoped in TProbe probe, TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        while (Look(in probe, out MapSight<TKey, TValue> sight, out _, out TValue? present) && EqualityComparer<TValue>.Default.Equals(present, value))
        {
            if (TryRemove(in sight)) return true;
        }

        return false;
    }

    /// <summary>Gives the key another value if it has that one.</summary>
    internal bool TryUpdate<TProbe>(scoped in TProbe probe, TValue value, TValue comparison)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        while (Look(in probe, out MapSight<TKey, TValue> sight, out _, out TValue? present) && EqualityComparer<TValue>.Default.Equals(present, comparison))
        {
            if (TryReplace(in sight, value)) return true;
        }

        return false;
    }

    /// <summary>
    /// Adds the key with what <paramref name="add"/> gives, or makes of its value what <paramref name="update"/> does. Calls
    /// them outside of locks, and again only when the key came, went or got another value meanwhile.
    /// </summary>
    /// <returns>The value it has then.</returns>
    internal TValue AddOrUpdate<TProbe, TArgument>(scoped in TProbe probe, Func<TKey, TArgument, TValue> add, Func<TKey, TValue, TArgument, TValue> update, TArgument argument)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
        where TArgument : allows ref struct
    {
        while (true)
        {
            if (Look(in probe, out MapSight<TKey, TValue> sight, out _, out TValue? present))
            {
                TValue updated = update(probe.Key, present!, argument);
                if (TryReplace(in sight, updated) || TryUpdate(in probe, updated, present!)) return updated;
            }
            else
            {
                TValue added = add(probe.Key, argument);
                if (TryInsert(in sight, in probe, added) || TryAdd(in probe, added)) return added;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryInsert<TProbe>(in MapSight<TKey, TValue> sight, scoped in TProbe probe, TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct =>
        TryInsert(in sight, probe.Key, value, probe.Hash, probe.HashCode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryAddSomewhere<TProbe>(scoped TProbe probe, TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        while (!Look(in probe, out MapSight<TKey, TValue> sight, out _, out _))
        {
            if (TryInsert(in sight, in probe, value)) return true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SetSomewhere<TProbe>(scoped TProbe probe, TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        while (!(Look(in probe, out MapSight<TKey, TValue> sight, out _, out _) ? TryReplace(in sight, value) : TryInsert(in sight, in probe, value)))
        {
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TValue GetOrAddSomewhere<TProbe>(scoped TProbe probe, TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        while (true)
        {
            if (Look(in probe, out MapSight<TKey, TValue> sight, out _, out TValue? present)) return present!;
            if (TryInsert(in sight, in probe, value)) return value;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryRemoveSomewhere<TProbe>(scoped TProbe probe, [MaybeNullWhen(false)] out TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct => TryRemove(in probe, out _, out value);
}
