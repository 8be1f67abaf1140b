using System.Diagnostics;

namespace FastCore.Net.Transport;

/// <summary>
/// Numbers for a reactor's connections and listeners. A number is used again only with another generation, so that a
/// completion for an owner that has ended can be told from one for the present owner. One thread only.
/// </summary>
internal sealed class SlotTable
{
    private struct Slot
    {
        public object? Owner;
        public int Generation;
        public int NextFree;
    }

    private Slot[] _slots = new Slot[64];
    private int _used;
    private int _firstFree = -1;

    public int Count { get; private set; }

    public (int Slot, int Generation) Add(object owner)
    {
        int index;
        if (_firstFree >= 0)
        {
            index = _firstFree;
            _firstFree = _slots[index].NextFree;
        }
        else
        {
            if (_used == _slots.Length) Array.Resize(ref _slots, _used * 2);
            index = _used++;
        }
        ref var slot = ref _slots[index];
        Debug.Assert(slot.Owner == null, "A free slot has no owner.");
        slot.Owner = owner;
        Count++;
        return (index, slot.Generation);
    }

    /// <summary>The owner a tag names, or null if it has ended.</summary>
    public object? Find(ulong tag)
    {
        var index = CompletionTag.Slot(tag);
        if ((uint)index >= (uint)_used) return null;
        ref var slot = ref _slots[index];
        return slot.Generation == CompletionTag.Generation(tag) ? slot.Owner : null;
    }

    public void Remove(int index)
    {
        ref var slot = ref _slots[index];
        Debug.Assert(slot.Owner != null, "A slot is freed once.");
        slot.Owner = null;
        slot.Generation = (slot.Generation + 1) & CompletionTag.GenerationMask;
        slot.NextFree = _firstFree;
        _firstFree = index;
        Count--;
    }

    /// <summary>The owner at <paramref name="index"/> below <see cref="End"/>, or null.</summary>
    public object? At(int index) => _slots[index].Owner;

    public int End => _used;
}
