using FastCore.Perf.Rounds;
using Microsoft.Extensions.ObjectPool;

namespace FastCore.Perf.Pooling;

/// <summary>Threads that get an object and return it, again and again.</summary>
internal sealed class GetReturnRun(ObjectPool<PooledBuffer> pool, int threads) : CaseRun
{
    internal override RoundResult Run(long operations)
    {
        long each = Math.Max(1, operations / threads);
        Func<StartingLine, Task> worker = async line =>
        {
            await line;
            Work(pool, each);
        };
        return Round.Run(new PoolWorkforce(), [.. Enumerable.Repeat(worker, threads)], each * threads, static _ => { });
    }

    public override void Dispose() => (pool as IDisposable)?.Dispose();

    /// <exception cref="InvalidDataException">Two held one object.</exception>
    private static void Work(ObjectPool<PooledBuffer> pool, long times)
    {
        bool isShared = false;
        for (long i = 0; i < times; i++)
        {
            PooledBuffer buffer = pool.Get();
            isShared |= buffer.Holders++ != 0;
            buffer.Holders--;
            pool.Return(buffer);
        }

        if (isShared) throw new InvalidDataException("Two threads held one object at once.");
    }
}
