using System.Buffers;

namespace FastCore.Memory;

/// <summary>
/// An array outside of the collector's reach: it does not move, is not copied and not looked at by a collection, and its memory
/// is free again at the moment of <see cref="Dispose()"/>.
/// </summary>
/// <typeparam name="T">A type without references.</typeparam>
/// <remarks>
/// <para>
/// <b>Lifetime.</b> It is freed by <see cref="Dispose()"/> and by nothing else; there is no finalizer, because a span does not
/// keep the array that it came from alive. A second dispose does nothing. While it is pinned (as I/O does with a
/// <see cref="Memory{T}"/>) its memory stays, and is freed when the last pin ends. After the dispose everything here throws; a
/// span that was taken before it reads and writes what comes to be in its place, as with <see cref="ArrayPool{T}"/>, and never
/// faults.
/// </para>
/// <para>
/// <b>Threads.</b> As an array: any thread may use it, and they must agree on who writes. Dispose it when nobody else uses it;
/// it may be another thread than the one that made it.
/// </para>
/// </remarks>
public sealed unsafe class NativeArray<T> : MemoryManager<T> where T : unmanaged
{
    private const int Disposed = 1 << 30;

    private readonly NativeHeap _heap;

    private readonly int _length;

    private readonly T* _block;

    /// <summary>The block, until the array is disposed.</summary>
    private T* _start;

    /// <summary>How many pins there are, and whether it is disposed. The memory is free when it is disposed and there are none.</summary>
    private int _state;

    /// <summary>Makes an array of zeros.</summary>
    /// <param name="length">How many elements.</param>
    /// <param name="heap">Where; the shared heap if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="OutOfMemoryException">There is no room.</exception>
    /// <exception cref="ObjectDisposedException">The heap is disposed.</exception>
    public NativeArray(int length, NativeHeap? heap = null)
        : this(length, heap ?? NativeHeap.Shared, isZeroed: true)
    {
    }

    internal NativeArray(int length, NativeHeap heap, bool isZeroed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _heap = heap;
        _length = length;
        nuint bytes = (nuint)length * (nuint)sizeof(T);
        _start = _block = (T*)(isZeroed ? heap.AllocateZeroed(bytes) : heap.Allocate(bytes));
    }

    /// <summary>How many elements it has.</summary>
    public int Length => _length;

    /// <summary>An element.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such element.</exception>
    /// <exception cref="ObjectDisposedException">The array is disposed.</exception>
    public ref T this[int index]
    {
        get
        {
            T* start = Start();
            if ((uint)index >= (uint)_length) ThrowOutOfRange();
            return ref start[index];
        }
    }

    /// <summary>Makes an array whose elements are what the memory held before, for those who write all of them first.</summary>
    /// <inheritdoc cref="NativeArray{T}(int, NativeHeap?)"/>
    public static NativeArray<T> Uninitialised(int length, NativeHeap? heap = null) => new(length, heap ?? NativeHeap.Shared, isZeroed: false);

    /// <summary>All elements.</summary>
    /// <exception cref="ObjectDisposedException">The array is disposed.</exception>
    public Span<T> AsSpan() => new(Start(), _length);

    /// <summary>As <see cref="AsSpan"/>.</summary>
    public override Span<T> GetSpan() => AsSpan();

    /// <summary>Keeps the memory from being freed until the handle is disposed. It does not move anyway.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="ObjectDisposedException">The array is disposed.</exception>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        if ((uint)elementIndex > (uint)_length) throw new ArgumentOutOfRangeException(nameof(elementIndex), elementIndex, "There is no such element.");
        int state = Volatile.Read(ref _state);
        while (true)
        {
            ObjectDisposedException.ThrowIf((state & Disposed) != 0, this);
            if (state == Disposed - 1) throw new InvalidOperationException("The array is pinned too often.");
            int before = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (before == state) return new MemoryHandle(_block + elementIndex, pinnable: this);
            state = before;
        }
    }

    /// <summary>Ends one pin. The handle that <see cref="Pin"/> returned does this when it is disposed.</summary>
    /// <exception cref="InvalidOperationException">It is not pinned.</exception>
    public override void Unpin()
    {
        int state = Volatile.Read(ref _state);
        while (true)
        {
            if ((state & ~Disposed) == 0) throw new InvalidOperationException("The array is not pinned.");
            int before = Interlocked.CompareExchange(ref _state, state - 1, state);
            if (before == state) break;
            state = before;
        }

        if (state - 1 == Disposed) _heap.Free(_block);
    }

    /// <summary>Frees the memory, or if it is pinned, when the last pin ends.</summary>
    public void Dispose() => Dispose(disposing: true);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _start = null;
        if (Interlocked.Or(ref _state, Disposed) == 0) _heap.Free(_block);
    }

    private static void ThrowOutOfRange() => throw new IndexOutOfRangeException();

    private T* Start()
    {
        T* start = _start;
        ObjectDisposedException.ThrowIf(start == null, this);
        return start;
    }
}
