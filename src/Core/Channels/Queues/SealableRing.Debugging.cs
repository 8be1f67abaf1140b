namespace FastCore.Channels.Queues;

internal sealed partial class SealableRing<T, TSides, TAtomics>
{
    /// <summary>For debuggers: see <see cref="IItemQueue{T}.CopyTo"/>. A slot whose producer was stopped before it filled it is left out.</summary>
    internal void CopyTo(List<T> items)
    {
        long tail = FinalTail;
        for (long position = TAtomics.Read(in _cursors.Head); position < tail; position++)
        {
            ref Slot slot = ref At(position);
            if (TAtomics.Read(in slot.Turn) == (position >> _lapShift << 1) + 1) items.Add(slot.Item);
        }
    }
}
