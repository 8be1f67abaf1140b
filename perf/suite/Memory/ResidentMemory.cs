namespace FastCore.Perf.Memory;

/// <summary>
/// What a source of blocks leaves resident: a load by itself in this process, whose memory is read at its peak and when all of
/// it is freed and two seconds have gone by.
/// </summary>
public static class ResidentMemory
{
    private const int Blocks = 60_000;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    /// <summary>The names that <see cref="Run"/> knows.</summary>
    public static IReadOnlyList<string> Subjects { get; } = ["fastcore", "stock", "array-pool", "gc-array"];

    /// <summary>Runs the load, on two threads.</summary>
    /// <returns>The process's resident memory before, at the peak, and after, in KiB.</returns>
    /// <exception cref="ArgumentException">There is no such subject.</exception>
    /// <exception cref="InvalidDataException">A block did not hold what was written to it.</exception>
    public static (long Before, long Peak, long After) Run(string subject) => subject switch
    {
        "fastcore" => Run<nint, HeapBlocks>(),
        "stock" => Run<nint, LibraryBlocks>(),
        "array-pool" => Run<byte[], PooledBlocks>(),
        "gc-array" => Run<byte[], ManagedBlocks>(),
        _ => throw new ArgumentException($"There is no subject {subject}.", nameof(subject)),
    };

    private static (long Before, long Peak, long After) Run<TBlock, TBlocks>() where TBlocks : struct, IBlocks<TBlock>
    {
        long before = Resident();
        long peak = 0;
        using var full = new Barrier(2, _ => peak = Resident());
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(seed => new Thread(() => Load<TBlock, TBlocks>(seed, full)))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Thread.Sleep(Rest);
        return (before, peak, Resident());
    }

    /// <summary>Fills, frees all but one block in fifty, fills the holes with other sizes, and frees all.</summary>
    private static void Load<TBlock, TBlocks>(int seed, Barrier full) where TBlocks : struct, IBlocks<TBlock>
    {
        var random = new Random(seed);
        var blocks = new TBlock[Blocks];
        for (int i = 0; i < Blocks; i++) Put(random.Next(8, 2000), i);
        for (int i = 0; i < Blocks; i++)
        {
            if (i % 50 != 0) Take(i);
        }

        for (int i = 0; i < Blocks; i++)
        {
            if (i % 50 != 0) Put(random.Next(20) == 0 ? random.Next(10_000, 60_000) : random.Next(8, 500), i);
        }

        full.SignalAndWait();
        for (int i = 0; i < Blocks; i++) Take(i);
        Array.Clear(blocks);

        void Put(int size, int place)
        {
            blocks[place] = TBlocks.Allocate(size);
            TBlocks.Stamp(blocks[place]) = place;
        }

        void Take(int place)
        {
            if (TBlocks.Stamp(blocks[place]) != place) throw new InvalidDataException("A block does not hold what was written to it.");
            TBlocks.Free(blocks[place]);
        }
    }

    private static long Resident() => Environment.WorkingSet / 1024;
}
