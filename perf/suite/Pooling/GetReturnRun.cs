using FastCore.Perf.Rounds;
using Microsoft.Extensions.ObjectPool;

namespace FastCore.Perf.Pooling;

/// <summary>Threads that get an object and return it, again and again.</summary>
internal sealed class GetReturnRun(ObjectPool<PooledBuffer> pool, int threads) : CaseRun
{
    internal override RoundResult Run(long operations)
    {
        long each = Math.Max(1, operations / threads);
        Func<StartingLine, Task>[] workers = [.. Enumerable.Range(1, threads).Select<int, Func<StartingLine, Task>>(number => async line =>
        {
            await line;
            Work(pool, each, number);
        })];
        return Round.Run(new PoolWorkforce(), workers, each * threads, static _ => { });
    }

    public override void Dispose() => (pool as IDisposable)?.Dispose();

    /// <exception cref="InvalidDataException">Two held one object.</exception>
    private static void Work(ObjectPool<PooledBuffer> pool, long times, int number)
    {
        bool isShared = false;
        for (long i = 0; i < times; i++)
        {
            PooledBuffer buffer = pool.Get();
            buffer.Holder = number;
            isShared |= Volatile.Read(ref buffer.Holder) != number;
            pool.Return(buffer);
        }

        if (isShared) throw new InvalidDataException("Two threads held one object at once.");
    }
}
