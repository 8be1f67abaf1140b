using FastCore.Scheduling;

namespace FastCore.Perf.Tracing;

/// <summary>Work that is spawned: many small items, one worker's items for the others to steal, items that allocate, items that block.</summary>
internal static class SpawnWorkload
{
    private const int Burst = 32;

    /// <summary>Bursts from outside, each item of which spawns two more.</summary>
    public static Task RunAsync(Scheduler scheduler, CancellationToken enough) => TraceWorkload.EveryMillisecondAsync(() =>
    {
        for (int i = 0; i < Burst; i++) scheduler.Spawn(Parent, scheduler);
    }, enough);

    /// <summary>One item spawns all the others, of uneven length, and goes on for so long that they are stolen: from who is held up for less nobody steals.</summary>
    public static Task StealAsync(Scheduler scheduler, CancellationToken enough) => TraceWorkload.EveryMillisecondAsync(() => scheduler.Spawn(Unevenly, scheduler), enough);

    /// <summary>Items that allocate, and keep some of it for a while.</summary>
    public static Task CollectAsync(Scheduler scheduler, CancellationToken enough)
    {
        var kept = new byte[1024][];
        return TraceWorkload.EveryMillisecondAsync(() =>
        {
            for (int i = 0; i < Burst; i++) scheduler.Spawn(Allocate, kept);
        }, enough);
    }

    /// <summary>Items that block their thread, and others that want to run meanwhile.</summary>
    public static Task BlockAsync(Scheduler scheduler, CancellationToken enough) => TraceWorkload.EveryMillisecondAsync(() =>
    {
        scheduler.Spawn(Block);
        for (int i = 0; i < Burst; i++) scheduler.Spawn(Leaf, 100);
    }, enough);

    private static void Parent(Scheduler scheduler)
    {
        scheduler.Spawn(Leaf, 20);
        scheduler.Spawn(Leaf, 50);
    }

    private static void Unevenly(Scheduler scheduler)
    {
        for (int i = 0; i < Burst; i++) scheduler.Spawn(Leaf, i * 40);
        Thread.SpinWait(20_000);
    }

    private static void Leaf(int spins) => Thread.SpinWait(spins);

    private static void Allocate(byte[][] kept)
    {
        for (int i = 0; i < 64; i++) kept[Random.Shared.Next(kept.Length)] = new byte[Random.Shared.Next(16_384)];
    }

    private static void Block() => Scheduler.Blocking(static () => Thread.Sleep(2));
}
