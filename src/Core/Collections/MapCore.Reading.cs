using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastCore.Collections;

internal sealed partial class MapCore<TKey, TValue, TAtomics>
{
    /// <summary>Looks for a key. Writes nothing, and waits only for a writer at work in the same group.</summary>
    /// <remarks>Here is what most reads need: one look into the home group. It calls nothing that would make the compiler save registers for it.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryRead<TProbe>(scoped in TProbe probe, [MaybeNullWhen(false)] out TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        ulong hash = probe.Hash;
        MapSegment<TKey, TValue> segment = SegmentOf(hash);
        ref MapGroup<TKey, TValue> group = ref segment.Group(segment.HomeOf(hash));
        Prefetch.Of(in group.Slot(MapHash.Lane(hash)));
        long word = TAtomics.Read(in group.Word);
        if (!GroupWord.IsLocked(word))
        {
            Scan found = ScanGroup(ref group, word, in probe, out _, out TKey? seen, out value!);
            if (found == Scan.Found) return true;
            if (found == Scan.Absent && !GroupWord.IsPassed(word)) return false;
        }

        return TryReadOn(ref group, probe, out _, out value!);
    }

    /// <inheritdoc cref="TryRead{TProbe}(ref readonly TProbe, out TValue)"/>
    internal bool TryRead<TProbe>(scoped in TProbe probe, [MaybeNullWhen(false)] out TKey key, [MaybeNullWhen(false)] out TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        MapSegment<TKey, TValue> segment = SegmentOf(probe.Hash);
        return TryReadOn(ref segment.Group(segment.HomeOf(probe.Hash)), probe, out key!, out value!);
    }

    /// <summary>Looks for a key from a group on.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryReadOn<TProbe>(ref MapGroup<TKey, TValue> group, scoped TProbe probe, [MaybeNull] out TKey key, [MaybeNull] out TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        SpinWait spinner = default;
        while (true)
        {
            long word = TAtomics.Read(in group.Word);
            Scan found = Scan.Changed;
            key = default;
            value = default;
            if (!GroupWord.IsLocked(word)) found = ScanGroup(ref group, word, in probe, out _, out key, out value);
            if (found == Scan.Found) return true;
            if (found == Scan.Absent)
            {
                if (!GroupWord.IsPassed(word)) return false;
                group = ref Unsafe.Add(ref group, 1);
            }
            else
            {
                TAtomics.Spin(ref spinner);
            }
        }
    }

    /// <summary>What a look into a group found.</summary>
    private enum Scan
    {
        Found,

        Absent,

        /// <summary>It was changed meanwhile: what was seen means nothing.</summary>
        Changed,
    }

    /// <summary>
    /// Looks for a key among a group's entries. Copies key and value out and makes sure that the copies are whole before
    /// anybody compares them.
    /// </summary>
    /// <param name="group">Where to look.</param>
    /// <param name="word">Its word, read before, not locked.</param>
    /// <param name="probe">What to look for.</param>
    /// <param name="lane">Which slot it is in.</param>
    /// <param name="key">The key that is in the map.</param>
    /// <param name="value">Its value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Scan ScanGroup<TProbe>(ref MapGroup<TKey, TValue> group, long word, scoped in TProbe probe, out int lane, [MaybeNull] out TKey key, [MaybeNull] out TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        Vector128<byte> tags = TAtomics.ReadRacingSlot(in group.Tags);
        uint candidates = MapLayout.With(tags, Vector128.Create(MapHash.Tag(probe.Hash)));
        while (candidates != 0)
        {
            lane = BitOperations.TrailingZeroCount(candidates);
            ref MapSlot<TKey, TValue> slot = ref group.Slot(lane);
            key = TAtomics.ReadRacingSlot(in slot.Key);
            value = TAtomics.ReadRacingSlot(in slot.Value);
            if (!GroupWord.AreSame(word, TAtomics.Read(in group.Word))) return Scan.Changed;
            if (probe.Matches(key)) return Scan.Found;
            candidates &= candidates - 1;
        }

        lane = 0;
        key = default;
        value = default;
        return GroupWord.AreSame(word, TAtomics.Read(in group.Word)) ? Scan.Absent : Scan.Changed;
    }
}
