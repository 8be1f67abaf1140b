using System.Buffers;
using System.IO.Pipelines;
using FastCore.Memory;

namespace FastCore.Tests.Memory;

[TestFixture]
internal sealed class NativeArrayTests
{
    [Test]
    public void ItIsAnArrayOfZerosUntilItIsDisposed()
    {
        using var heap = new NativeHeap();
        var array = new NativeArray<long>(1000, heap);
        Assert.That(array.AsSpan().IndexOfAnyExcept(0), Is.EqualTo(-1));
        array[999] = 5;
        Assert.That(array.Memory.Span[999], Is.EqualTo(5));
        Assert.That(() => array[1000], Throws.TypeOf<IndexOutOfRangeException>());
        Assert.That(() => array[-1], Throws.TypeOf<IndexOutOfRangeException>());
        array.Dispose();
        array.Dispose();
        Assert.That(() => array[0], Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => array.AsSpan(), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => array.Pin(), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(heap.GetStatistics().LiveBlocks, Is.Zero);
    }

    [Test]
    public void NoLengthThatIsNoneIsTaken()
    {
        Assert.That(() => new NativeArray<int>(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
        using var empty = new NativeArray<int>(0);
        Assert.That(empty.AsSpan().IsEmpty);
    }

    [Test]
    public unsafe void ADisposedArrayIsFreedWhenItsLastPinEnds()
    {
        using var heap = new NativeHeap();
        var array = new NativeArray<int>(10, heap);
        MemoryHandle first = array.Memory.Pin();
        MemoryHandle second = array.Pin(3);
        *(int*)second.Pointer = 9;
        array.Dispose();
        Assert.That(heap.GetStatistics().LiveBlocks, Is.EqualTo(1));
        Assert.That(((int*)first.Pointer)[3], Is.EqualTo(9));
        first.Dispose();
        first.Dispose();
        Assert.That(heap.GetStatistics().LiveBlocks, Is.EqualTo(1));
        second.Dispose();
        Assert.That(heap.GetStatistics().LiveBlocks, Is.Zero);
        Assert.That(array.Unpin, Throws.InvalidOperationException);
    }

    [Test]
    public void ASpanThatOutlivesItsArrayNeverFaults()
    {
        var heap = new NativeHeap();
        var array = new NativeArray<byte>(50_000_000, heap);
        Span<byte> late = array.AsSpan();
        late.Fill(1);
        array.Dispose();
        heap.Dispose();
        int sum = 0;
        for (int i = 0; i < late.Length; i += 4096) sum += late[i];
        TestContext.Out.WriteLine(sum);
    }

    [Test]
    public void ThePoolRentsWhatIsAskedFor()
    {
        using var heap = new NativeHeap();
        var pool = new NativeMemoryPool(heap);
        using (IMemoryOwner<byte> any = pool.Rent()) Assert.That(any.Memory.Length, Is.EqualTo(NativeMemoryPool.DefaultBufferSize));
        using (IMemoryOwner<byte> none = pool.Rent(0)) Assert.That(none.Memory.Length, Is.GreaterThanOrEqualTo(0));
        foreach (int size in new[] { 1, 100, 4097, 32_768, 32_769, 1_000_000, 20_000_000 })
        {
            IMemoryOwner<byte> owner = pool.Rent(size);
            Assert.That(owner.Memory.Length, Is.GreaterThanOrEqualTo(size));
            owner.Memory.Span.Fill(0xAA);
            owner.Dispose();
            owner.Dispose();
        }

        Assert.That(() => pool.Rent(-2), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => pool.Rent(int.MaxValue), Throws.TypeOf<ArgumentOutOfRangeException>());
        pool.Dispose();
        Assert.That(() => pool.Rent(), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(heap.GetStatistics().LiveBlocks, Is.Zero);
        NativeMemoryPool.Shared.Dispose();
        NativeMemoryPool.Shared.Rent().Dispose();
    }

    [Test]
    public async Task APipeRunsOnIt()
    {
        using var heap = new NativeHeap();
        using (var pool = new NativeMemoryPool(heap))
        {
            var pipe = new Pipe(new PipeOptions(pool, useSynchronizationContext: false));
            Task writing = Task.Run(async () =>
            {
                for (int i = 0; i < 2000; i++)
                {
                    byte[] bytes = [.. Enumerable.Repeat((byte)i, i % 97)];
                    await pipe.Writer.WriteAsync(bytes);
                }

                await pipe.Writer.CompleteAsync();
            });
            long sum = 0;
            while (true)
            {
                ReadResult read = await pipe.Reader.ReadAsync();
                foreach (ReadOnlyMemory<byte> part in read.Buffer)
                {
                    foreach (byte value in part.Span) sum += value;
                }

                pipe.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }

            await pipe.Reader.CompleteAsync();
            await writing;
            Assert.That(sum, Is.EqualTo(Enumerable.Range(0, 2000).Sum(static i => (long)(byte)i * (i % 97))));
        }

        Assert.That(heap.GetStatistics().LiveBlocks, Is.Zero);
    }
}
