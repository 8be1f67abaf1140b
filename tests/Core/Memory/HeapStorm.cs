using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using FastCore.Memory;

namespace FastCore.Tests.Memory;

/// <summary>Random traces on real threads, which free each other's blocks; the patterns in the blocks say whether any was given out twice.</summary>
[TestFixture]
internal sealed class HeapStorm
{
    [Test]
    public void BlocksKeepWhatIsInThem([Values(1, 2, 4)] int threads, [Values] bool debug) => Run(threads, debug ? 300 : 15_000, debug);

    [Test]
    [Explicit("About a minute.")]
    public void TenMillionCalls([Values(1, 3)] int threads) => Run(threads, 10_000_000 / threads, debug: false);

    private static unsafe void Run(int threads, int calls, bool debug)
    {
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        using var heap = new NativeHeap(new NativeHeapOptions { Debug = debug, Quarantine = 1 << 20 });
        RawHeap raw = heap.AsRaw();
        var passed = new ConcurrentQueue<(nint Block, nuint Size, byte Pattern)>();
        ExceptionDispatchInfo? failure = null;
        void FreePassed(int most)
        {
            for (int i = 0; i < most && passed.TryDequeue(out (nint Block, nuint Size, byte Pattern) block); i++)
            {
                HeapTrace.Check(block.Block, block.Size, block.Pattern);
                raw.Free((void*)block.Block);
            }
        }

        using var start = new Barrier(threads);
        Thread[] running = [.. Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            var trace = new HeapTrace(raw, seed + number, 400) { Pass = (block, size, pattern) => passed.Enqueue((block, size, pattern)) };
            start.SignalAndWait();
            try
            {
                for (int done = 0; done < calls && failure is null; done += 100)
                {
                    trace.Run(100);
                    FreePassed(20);
                }

                trace.FreeAll();
            }
            catch (Exception wrong)
            {
                failure = ExceptionDispatchInfo.Capture(wrong);
            }
        }))];
        foreach (Thread thread in running) thread.Start();
        foreach (Thread thread in running) thread.Join();
        failure?.Throw();
        FreePassed(int.MaxValue);
        heap.Check();
        heap.Trim();
        Assert.That(heap.GetStatistics().LiveBlocks, Is.Zero);
        Assert.That(heap.GetStatistics().LiveBytes, Is.Zero);
    }
}
