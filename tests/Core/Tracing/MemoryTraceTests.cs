using System.Runtime.CompilerServices;
using FastCore.Memory;
using FastCore.Pooling;
using FastCore.Tracing;
using Microsoft.Extensions.ObjectPool;

namespace FastCore.Tests.Tracing;

/// <summary>What the trace says of spans, runs of pages and pooled objects.</summary>
[TestFixture]
[NonParallelizable]
internal sealed unsafe class MemoryTraceTests
{
    private const int Large = 40_000;

    [TearDown]
    public void Stop() => Tracer.Stop();

    /// <summary>Small blocks and large ones, freed by their owner and by another, kept, used again and let go.</summary>
    [Test]
    public void EverySpanGoesThroughItsTable()
    {
        Tracer.Start(new TracerOptions { EventsPerThread = 1 << 16 });
        using (var heap = new NativeHeap())
        {
            RawHeap raw = heap.AsRaw();
            OnThread(() =>
            {
                for (int round = 0; round < 3; round++)
                {
                    nint[] small = [.. Enumerable.Range(0, 2000).Select(_ => (nint)raw.Allocate(1000))];
                    nint[] large = [.. Enumerable.Range(0, 160).Select(_ => (nint)raw.Allocate(Large))];
                    // The spans of the first half come back by their owner's frees, those of the second by the other's.
                    for (int i = 0; i < small.Length / 2; i += 2) raw.Free((void*)small[i]);
                    for (int i = 0; i < large.Length; i += 2) raw.Free((void*)large[i]);
                    OnThread(() =>
                    {
                        for (int i = 1; i < small.Length / 2; i += 2) raw.Free((void*)small[i]);
                        for (int i = small.Length / 2; i < small.Length; i++) raw.Free((void*)small[i]);
                        for (int i = 1; i < large.Length; i += 2) raw.Free((void*)large[i]);
                    });
                }

                raw.Free(raw.Allocate(HeapChunk.Size));
                heap.Trim();
            });
            heap.Trim();
        }

        Tracer.Stop();
        TraceSnapshot trace = Tracer.Snapshot();
        trace.VerifyLives();
        foreach (TransitionTable table in MemoryTables.All)
        {
            string[] taken = [.. trace.Taken(table.Name).Select(static step => step.ToString()).Distinct()];
            Assert.That(taken, Is.EquivalentTo(table.Transitions.Select(static step => step.ToString())), $"All steps of a {table.Name} were taken.");
        }
    }

    [Test]
    public void APhaseIsKeptWhileNothingIsTraced()
    {
        using var heap = new NativeHeap();
        RawHeap raw = heap.AsRaw();
        void* block = raw.Allocate(Large);
        HeapSpan* span = HeapChunk.EntryOf(block)->Span;
        Assert.That((span->Phase, span->Subject), Is.EqualTo((SpanPhase.Out, 0L)));
        raw.Free(block);
        Assert.That(span->Phase, Is.EqualTo(SpanPhase.Kept));
        Tracer.Start();
        raw.Free(raw.Allocate(Large));
        Assert.That(Tracer.Snapshot().Taken(MemoryTables.Span.Name), Is.Empty, "A life that began before the recording is not in it.");
    }

    [Test]
    public void AStepThatIsNotPermittedIsTold() =>
        Assert.That(() => MemoryTables.SpanStep(SpanPhase.Released, SpanPhase.Released), Throws.InstanceOf<System.Diagnostics.UnreachableException>().With.Message.Contains("from released to released"));

    [Test]
    public void WatchedObjectsOfAPoolAreTraced()
    {
        Tracer.Start();
        using var pool = new WorkerPool<object>(new DefaultPooledObjectPolicy<object>(), new WorkerPoolOptions { LeakSampleInterval = 1 });
        for (int i = 0; i < 3; i++) pool.Return(pool.Get());
        OnThread(() => Lose(pool));
        Assert.That(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return pool.Statistics.Leaks;
        }, Is.EqualTo(1).After(5000, 10));
        Tracer.Stop();
        TraceSnapshot trace = Tracer.Snapshot();
        trace.VerifyLives();
        Assert.That(trace.Taken(PooledObjectTable.Table.Name).GroupBy(static step => step.Name).Select(static steps => (steps.Key, steps.Count())),
            Is.EquivalentTo(((string, int)[])[("watch", 4), ("return", 3), ("lose", 1)]));
    }

#if DEBUG
    [Test]
    public void WhatIsReturnedTwiceIsTold()
    {
        using var pool = new WorkerPool<object>(new DefaultPooledObjectPolicy<object>());
        object item = pool.Get();
        pool.Return(item);
        Assert.That(() => pool.Return(item), Throws.InvalidOperationException.With.Message.Contains("it is kept"));
        Assert.That(pool.Get(), Is.SameAs(item));
    }
#endif

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Lose(WorkerPool<object> pool) => pool.Get();

    private static void OnThread(Action work)
    {
        var thread = new Thread(() => work());
        thread.Start();
        thread.Join();
    }
}
