using System.Diagnostics.CodeAnalysis;
using FastCore.Tests.Rings;

namespace FastCore.Tests.Explorer.Planted;

/// <summary>The ring of sequenced slots, frozen, with one fault chosen at construction.</summary>
internal sealed class FaultyMpmcRing : IRing<int>
{
    private readonly MpmcFault _fault;
    private readonly Slot[] _slots;
    private long _tail;
    private long _head;

    internal FaultyMpmcRing(int capacity, MpmcFault fault)
    {
        _fault = fault;
        _slots = new Slot[capacity];
        for (int i = 0; i < capacity; i++) _slots[i].Sequence = i;
    }

    public int Capacity => _slots.Length;

    public int Count => (int)(ExplorerAtomics.Read(in _tail) - ExplorerAtomics.Read(in _head));

    public bool IsEmpty => Count == 0;

    public bool IsFull => Count == Capacity;

    public bool TryEnqueue(int item)
    {
        while (true)
        {
            long tail = ExplorerAtomics.Read(in _tail);
            ref Slot slot = ref _slots[tail % Capacity];
            if (_fault == MpmcFault.IgnoresTheSequence)
            {
                if (tail - ExplorerAtomics.Read(in _head) >= Capacity) return false;
            }
            else
            {
                long lead = ExplorerAtomics.Read(in slot.Sequence) - tail;
                if (lead < 0) return false;
                if (lead > 0) continue;
            }

            if (!Claim(ref _tail, tail)) continue;
            if (_fault == MpmcFault.PublishesBeforeWriting) ExplorerAtomics.Write(ref slot.Sequence, tail + 1);
            ExplorerAtomics.WriteSlot(ref slot.Item, item);
            if (_fault != MpmcFault.PublishesBeforeWriting) ExplorerAtomics.Write(ref slot.Sequence, tail + 1);
            return true;
        }
    }

    public bool TryDequeue([MaybeNullWhen(false)] out int item)
    {
        item = 0;
        while (true)
        {
            long head = ExplorerAtomics.Read(in _head);
            ref Slot slot = ref _slots[head % Capacity];
            if (_fault == MpmcFault.IgnoresTheSequence)
            {
                if (ExplorerAtomics.Read(in _tail) == head) return false;
            }
            else
            {
                long lead = ExplorerAtomics.Read(in slot.Sequence) - (head + 1);
                if (lead < 0) return false;
                if (lead > 0) continue;
            }

            if (!Claim(ref _head, head)) continue;
            item = ExplorerAtomics.ReadSlot(in slot.Item);
            ExplorerAtomics.Write(ref slot.Sequence, head + Capacity);
            return true;
        }
    }

    public int TryEnqueue(ReadOnlySpan<int> items) => throw new NotSupportedException();

    public int TryDequeue(Span<int> items) => throw new NotSupportedException();

    private bool Claim(ref long cursor, long seen)
    {
        if (_fault != MpmcFault.ClaimsWithoutCompareAndSwap) return ExplorerAtomics.CompareExchange(ref cursor, seen + 1, seen) == seen;
        ExplorerAtomics.Write(ref cursor, seen + 1);
        return true;
    }

    private struct Slot
    {
        internal long Sequence;
        internal int Item;
    }
}

internal enum MpmcFault
{
    None,
    IgnoresTheSequence,
    PublishesBeforeWriting,
    ClaimsWithoutCompareAndSwap,
}
