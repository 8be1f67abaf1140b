using System.Diagnostics.CodeAnalysis;
using FastCore.Tests.Rings;

namespace FastCore.Tests.Explorer.Planted;

/// <summary>The single-producer single-consumer ring, frozen, with one fault chosen at construction.</summary>
internal sealed class FaultySpscRing(int capacity, SpscFault fault) : IRing<int>
{
    private readonly int[] _slots = new int[capacity];
    private long _tail;
    private long _head;

    public int Capacity => _slots.Length;

    public int Count => (int)(ExplorerAtomics.Read(in _tail) - ExplorerAtomics.Read(in _head));

    public bool IsEmpty => Count == 0;

    public bool IsFull => Count == Capacity;

    public bool TryEnqueue(int item)
    {
        long tail = ExplorerAtomics.ReadOwned(in _tail);
        int room = fault == SpscFault.OneSlotTooMany ? Capacity + 1 : Capacity;
        if (tail - ExplorerAtomics.Read(in _head) >= room) return false;
        if (fault == SpscFault.PublishesBeforeWriting) ExplorerAtomics.Write(ref _tail, tail + 1);
        ExplorerAtomics.WriteSlot(ref _slots[tail % Capacity], item);
        if (fault != SpscFault.PublishesBeforeWriting) ExplorerAtomics.Write(ref _tail, tail + 1);
        return true;
    }

    public bool TryDequeue([MaybeNullWhen(false)] out int item)
    {
        item = 0;
        long head = ExplorerAtomics.ReadOwned(in _head);
        if (ExplorerAtomics.Read(in _tail) == head) return false;
        if (fault == SpscFault.ReleasesBeforeReading) ExplorerAtomics.Write(ref _head, head + 1);
        item = ExplorerAtomics.ReadSlot(in _slots[head % Capacity]);
        if (fault != SpscFault.ReleasesBeforeReading) ExplorerAtomics.Write(ref _head, head + 1);
        return true;
    }

    public int TryEnqueue(ReadOnlySpan<int> items) => throw new NotSupportedException();

    public int TryDequeue(Span<int> items) => throw new NotSupportedException();
}

internal enum SpscFault
{
    None,
    PublishesBeforeWriting,
    ReleasesBeforeReading,
    OneSlotTooMany,
}
