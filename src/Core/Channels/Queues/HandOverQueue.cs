using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastCore.Atomics;

namespace FastCore.Channels.Queues;

/// <summary>
/// The queue of a channel of capacity 0: it holds nothing, so the channel hands every item from its writer to its reader.
/// </summary>
/// <remarks>
/// Where the full mode drops, a write that finds no reader waiting drops its item, which is what an enqueue here does.
/// </remarks>
internal readonly struct HandOverQueue<T, TAtomics>(bool drops, Action<T>? itemDropped) : IItemQueue<T>
    where TAtomics : struct, IAtomics
{
    private readonly StrongBox<int> _sealed = new();

    public static bool HasManyWriters => true;

    public static bool HasManyReaders => true;

    public static bool HoldsItems => false;

    public static bool IsGated => true;

    public int Count => 0;

    public bool IsEmpty => true;

    public bool IsFull => !drops;

    public bool TryEnqueue(T item)
    {
        if (!drops || TAtomics.Read(in _sealed.Value) != 0) return false;
        itemDropped?.Invoke(item);
        return true;
    }

    public int TryEnqueue(ReadOnlySpan<T> items)
    {
        int added = 0;
        while (added < items.Length && TryEnqueue(items[added])) added++;
        return added;
    }

    public bool TryDequeue([MaybeNullWhen(false)] out T item)
    {
        item = default;
        return false;
    }

    public int TryDequeue(Span<T> items) => 0;

    public bool TryPeek([MaybeNullWhen(false)] out T item) => TryDequeue(out item);

    public bool TrySeal()
    {
        TAtomics.Write(ref _sealed.Value, 1);
        return true;
    }

    public void CopyTo(List<T> items)
    {
    }
}
