namespace FastCore.Rings;

internal sealed partial class SpscRingCore<T, TAtomics>
{
    /// <summary>For debuggers: adds the items to a list, the oldest first. Exact only while no thread is inside the ring.</summary>
    internal void CopyTo(List<T> items)
    {
        long tail = TAtomics.Read(in _cursors.Tail);
        for (long cursor = TAtomics.Read(in _cursors.Head); cursor < tail; cursor++) items.Add(Slot(cursor));
    }
}
