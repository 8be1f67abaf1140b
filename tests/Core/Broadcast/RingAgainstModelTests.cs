using CsCheck;
using FastCore.Broadcast;

namespace FastCore.Tests.Broadcast;

/// <summary>Random calls on one thread, beside a plain list that remembers everything: every answer must be the same.</summary>
[TestFixture]
internal sealed class RingAgainstModelTests
{
    private enum Call
    {
        Publish,
        PublishBatch,
        Claim,
        Read,
        ReadBatch,
        PeekAndRelease,
        Join,
        JoinAfter,
        Leave,
        Complete,
    }

    private static readonly Gen<(Call, int, int)[]> Programs = Gen.Select(
        Gen.Frequency(
            (6, Gen.Const(Call.Publish)),
            (4, Gen.Const(Call.PublishBatch)),
            (4, Gen.Const(Call.Claim)),
            (8, Gen.Const(Call.Read)),
            (6, Gen.Const(Call.ReadBatch)),
            (6, Gen.Const(Call.PeekAndRelease)),
            (2, Gen.Const(Call.Join)),
            (2, Gen.Const(Call.JoinAfter)),
            (1, Gen.Const(Call.Leave)),
            (1, Gen.Const(Call.Complete))),
        Gen.Int[0, 20],
        Gen.Int[0, 20]).Array[0, 120];

    [TestCase(RingPublishers.One)]
    [TestCase(RingPublishers.Many)]
    public void EveryAnswerIsTheModels(RingPublishers publishers) => Gen.Select(Gen.Int[1, 9], Programs).Sample(
        (capacity, program) =>
        {
            var ring = new BroadcastRing<int>(capacity, publishers);
            var model = new ModelRing(ring.Capacity);
            var consumers = new List<RingConsumer<int>>();
            foreach ((Call call, int first, int second) in program) Play(ring, model, consumers, call, first, second);
        },
        iter: 3_000);

    private static void Play(BroadcastRing<int> ring, ModelRing model, List<RingConsumer<int>> consumers, Call call, int first, int second)
    {
        int next = model.Items.Count;
        int who = consumers.Count == 0 ? -1 : first % consumers.Count;
        switch (call)
        {
            case Call.Publish:
                Same(ring.TryPublish(next), model.Publish(1, atMost: false) == 1);
                break;
            case Call.PublishBatch:
                Same(ring.TryPublishBatch([.. Enumerable.Range(next, second)]), model.Publish(second, atMost: true));
                break;
            case Call.Claim:
                int count = 1 + (second % ring.Capacity);
                bool claimed = ring.TryClaim(count, out RingClaim<int> claim);
                Same(claimed, model.Publish(count, atMost: false) == count);
                if (!claimed) break;
                if (first % 2 == 0)
                {
                    for (int i = 0; i < count; i++) claim[i] = next + i;
                }
                else
                {
                    for (int i = 0; i < count; i++) (i < claim.First.Length ? ref claim.First[i] : ref claim.Second[i - claim.First.Length]) = next + i;
                }

                claim.Publish();
                claim.Dispose();
                break;
            case Call.Read when who >= 0:
                Same(consumers[who].TryPeek(out int peeked), consumers[who].TryRead(out int read));
                Same(peeked, read);
                Same(read, model.Read(who, 1).FirstOrDefault());
                break;
            case Call.ReadBatch when who >= 0:
                int[] into = new int[second];
                Same(string.Join(' ', into.Take(consumers[who].TryReadBatch(into))), string.Join(' ', model.Read(who, second)));
                break;
            case Call.PeekAndRelease when who >= 0:
                ReadOnlySpan<int> run = consumers[who].Peek(second);
                int release = run.Length - (run.Length == 0 ? 0 : first % run.Length);
                Same(string.Join(' ', run[..release].ToArray()), string.Join(' ', model.Read(who, release)));
                Same(run.IsEmpty && second != 0, model.Readable(who) == 0 && second != 0 && release == 0);
                consumers[who].Release(release);
                break;
            case Call.Join:
                consumers.Add(ring.AddConsumer());
                model.Join([]);
                break;
            case Call.JoinAfter when who >= 0:
                int[] after = [.. new[] { who, second % consumers.Count }.Distinct()];
                consumers.Add(ring.AddConsumer([.. after.Select(index => consumers[index])]));
                model.Join(after);
                break;
            case Call.Leave when who >= 0:
                consumers[who].Dispose();
                model.Leave(who);
                break;
            case Call.Complete when first == 0:
                Same(ring.TryComplete(), model.Complete());
                break;
        }

        for (int i = 0; i < consumers.Count; i++)
        {
            Same(consumers[i].Count, model.Readable(i));
            Same(consumers[i].Completion.IsCompleted, model.HasEnded(i));
        }
    }

    private static void Same<TAnswer>(TAnswer answer, TAnswer expected)
    {
        if (!EqualityComparer<TAnswer>.Default.Equals(answer, expected)) throw new InvalidOperationException($"{answer} instead of {expected}");
    }

    private sealed class ModelRing(int capacity)
    {
        private readonly List<Reader> _readers = [];

        private bool _completed;

        internal List<int> Items { get; } = [];

        internal int Publish(int wanted, bool atMost)
        {
            int lowest = _readers.Where(reader => !reader.Left).Select(reader => reader.Position).Append(Items.Count).Min();
            int room = _completed ? 0 : lowest + capacity - Items.Count;
            int count = atMost ? Math.Min(room, wanted) : room >= wanted ? wanted : 0;
            Items.AddRange(Enumerable.Range(Items.Count, count));
            return count;
        }

        internal int[] Read(int who, int wanted)
        {
            int count = Math.Min(Readable(who), wanted);
            int[] read = [.. Items.Skip(_readers[who].Position).Take(count)];
            _readers[who].Position += count;
            return read;
        }

        internal int Readable(int who) => _readers[who].Left ? 0 : Math.Max(0, EndOf(who) - _readers[who].Position);

        internal void Join(int[] after) => _readers.Add(new Reader { After = after, Position = Items.Count });

        internal void Leave(int who) => _readers[who].Left = true;

        internal bool Complete()
        {
            bool completes = !_completed;
            _completed = true;
            return completes;
        }

        internal bool HasEnded(int who) => _readers[who].Left || (_completed && _readers[who].Position == Items.Count);

        private int EndOf(int who) => _readers[who].After.Length == 0
            ? Items.Count
            : _readers[who].After.Min(other => _readers[other].Left ? EndOf(other) : _readers[other].Position);

        private sealed class Reader
        {
            internal required int[] After { get; init; }

            internal required int Position { get; set; }

            internal bool Left { get; set; }
        }
    }
}
