using FastCore.Perf.Channels;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Collections;

/// <summary>
/// Threads that read and write a map of entries at random. Keys of even index are there all the time and get other values;
/// those of odd index come and go. Every value tells its key; what was added and removed must be what is there in the end.
/// </summary>
internal sealed class MapRun<TTarget, TKey> : CaseRun
    where TTarget : struct, IMapTarget<TTarget, TKey>
{
    private const int StampBits = 16;

    private readonly PinnedPair _processors = new();

    private readonly TTarget _map = TTarget.Create();

    private readonly MapKeys<TKey> _keys;

    private readonly int _threads;

    private readonly int _percentReads;

    private long _entries;

    private long _sum;

    internal MapRun(MapKeys<TKey> keys, int threads, int percentReads)
    {
        (_keys, _threads, _percentReads) = (keys, threads, percentReads);
        for (int index = 0; index < keys.Keys.Length; index++)
        {
            _map.TryAdd(keys.Keys[index], ValueOf(index, 0));
            _entries++;
            _sum += index;
        }
    }

    internal override RoundResult Run(long operations)
    {
        Worker[] workers = [.. Enumerable.Range(0, _threads).Select(number => new Worker(this, number))];
        RoundResult result = Round.Run(_processors, [.. workers.Select<Worker, Func<StartingLine, Task>>(worker => line => worker.Run(line, operations / _threads))], operations / _threads * _threads, static _ => { });
        foreach (Worker worker in workers)
        {
            _entries += worker.Entries;
            _sum += worker.Sum;
        }

        Verify();
        return result;
    }

    public override void Dispose() => _processors.Dispose();

    private static long ValueOf(int index, uint stamp) => ((long)index << StampBits) | (stamp & ((1 << StampBits) - 1));

    private static int IndexOf(long value) => (int)(value >> StampBits);

    private void Verify()
    {
        long entries = 0;
        long sum = 0;
        foreach (long value in _map.Values)
        {
            entries++;
            sum += IndexOf(value);
        }

        if (entries != _entries || sum != _sum) throw new InvalidDataException($"{entries:N0} entries with the sum {sum:N0} are there, where {_entries:N0} with the sum {_sum:N0} were left.");
    }

    private sealed class Worker(MapRun<TTarget, TKey> run, int number)
    {
        /// <summary>How many more it added than removed.</summary>
        internal long Entries { get; private set; }

        /// <summary>The sum of their indices.</summary>
        internal long Sum { get; private set; }

        internal async Task Run(StartingLine line, long operations)
        {
            await line;
            Work(operations);
        }

        private void Work(long operations)
        {
            TTarget map = run._map;
            TKey[] asked = run._keys.Asked;
            int[] indices = run._keys.AskedIndices;
            uint reads = (uint)(uint.MaxValue / 100.0 * run._percentReads);
            int next = number * (asked.Length / 2);
            uint chance = (uint)(number + 1) * 2654435761;
            long entries = 0;
            long sum = 0;
            for (long i = 0; i < operations; i++)
            {
                next = (next + 1) & (asked.Length - 1);
                TKey key = asked[next];
                int index = indices[next];
                chance ^= chance << 13;
                chance ^= chance >> 17;
                chance ^= chance << 5;
                if (chance <= reads)
                {
                    if (map.TryGet(key, out long value) ? IndexOf(value) != index : index % 2 == 0) throw Wrong(index);
                }
                else if (index % 2 == 0)
                {
                    map.Set(key, ValueOf(index, chance));
                }
                else if ((chance & 1) == 0)
                {
                    if (!map.TryAdd(key, ValueOf(index, chance))) continue;
                    entries++;
                    sum += index;
                }
                else if (map.TryRemove(key, out long value))
                {
                    if (IndexOf(value) != index) throw Wrong(index);
                    entries--;
                    sum -= index;
                }
            }

            (Entries, Sum) = (entries, sum);
        }

        private static InvalidDataException Wrong(int index) => new($"The key of index {index} is gone or has the value of another.");
    }
}
