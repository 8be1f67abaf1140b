using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastCore.Collections;

internal sealed partial class MapCore<TKey, TValue, TAtomics>
{
    /// <summary>Looks for a key. Writes nothing, and waits only for a writer at work in the same group.</summary>
    /// <remarks>
    /// What most reads are: one look into the home group, with no call that would make the compiler keep anything in memory.
    /// The fewer instructions, the more reads the processor has under way at once while it waits for memory.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryRead<TProbe>(scoped in TProbe probe, [MaybeNullWhen(false)] out TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        ulong hash = probe.Hash;
        MapSegment<TKey, TValue> segment = SegmentOf(hash);
        ref MapGroup<TKey, TValue> group = ref segment.Group(segment.HomeOf(hash));
        long word = TAtomics.Read(in group.Word);
        // Behind the read, which takes no longer for it: a processor does not wait for the one before it begins the other.
        Prefetch.Of(in group.Slot(MapHash.Lane(hash)));
        if (!GroupWord.IsLocked(word))
        {
            uint candidates = MapLayout.With(TAtomics.ReadRacingSlot(in group.Tags), Vector128.Create(MapHash.Tag(hash)));
            while (candidates != 0)
            {
                ref MapSlot<TKey, TValue> slot = ref group.Slot(BitOperations.TrailingZeroCount(candidates));
                TKey key = TAtomics.ReadRacingSlot(in slot.Key);
                value = TAtomics.ReadRacingSlot(in slot.Value);
                if (TAtomics.Read(in group.Word) != word) return TryReadSomewhere(probe, out value);
                if (probe.Matches(key)) return true;
                candidates &= candidates - 1;
            }

            if (!GroupWord.IsPassed(word) && TAtomics.Read(in group.Word) == word)
            {
                value = default;
                return false;
            }
        }

        return TryReadSomewhere(probe, out value);
    }

    /// <summary>Looks for a key and the value it has, as far behind its home as need be.</summary>
    internal bool TryRead<TProbe>(scoped in TProbe probe, [MaybeNull] out TKey key, [MaybeNull] out TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct
    {
        SpinWait spinner = default;
        MapSegment<TKey, TValue> segment = SegmentOf(probe.Hash);
        ref MapGroup<TKey, TValue> group = ref segment.Group(segment.HomeOf(probe.Hash));
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

    /// <summary>The read that the home group alone could not answer, or not at once.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadSomewhere<TProbe>(scoped TProbe probe, [MaybeNullWhen(false)] out TValue value)
        where TProbe : struct, IMapProbe<TKey>, allows ref struct => TryRead(in probe, out _, out value!);

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
