using FastCore.Atomics;
using FastCore.Broadcast;
using FastCore.Continuations;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Broadcast;

/// <summary>What the threads of a ring model do: real calls, with a wait of the model wherever real code would wait.</summary>
internal static class RingScripts
{
    internal static BroadcastRingCore<int, TAtomics> Ring<TAtomics>(RingPublishers publishers, int capacity = 2)
        where TAtomics : struct, IAtomics =>
        new(capacity, publishers, RingWaitStrategy.Park, ContinuationScheduler.ThreadPool, mostSpins: 0);

    internal static void PublishAll<TAtomics>(BroadcastRingCore<int, TAtomics> ring, params int[] items)
        where TAtomics : struct, IAtomics
    {
        foreach (int item in items)
        {
            while (!ring.TryPublish(item)) Model.Require(ChannelScripts.Await(ring.WaitAsync(Room(ring), default)), "The ring is open, so there will be room.");
        }
    }

    internal static BroadcastRingCore<int, TAtomics>.Room Room<TAtomics>(BroadcastRingCore<int, TAtomics> ring)
        where TAtomics : struct, IAtomics => new(ring, 1);

    internal static List<int> Read(RingConsumer<int> consumer, int count)
    {
        var items = new List<int>();
        while (items.Count < count)
        {
            if (consumer.TryRead(out int item)) items.Add(item);
            else Model.Require(ChannelScripts.Await(consumer.WaitToReadAsync()), "There are more items.");
        }

        return items;
    }
}
