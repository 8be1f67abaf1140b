using CsCheck;
using FastCore.Broadcast;

namespace FastCore.Tests.Broadcast;

/// <summary>Random calls on one thread, beside a plain list that remembers everything: every answer must be the same.</summary>
[TestFixture]
internal sealed class BroadcastChannelAgainstModelTests
{
    private enum Call
    {
        Write,
        Read,
        ReadOrThrow,
        ReadBatch,
        Wait,
        Subscribe,
        Leave,
        Complete,
    }

    private static readonly Gen<(Call, int, int)[]> Programs = Gen.Select(
        Gen.Frequency(
            (12, Gen.Const(Call.Write)),
            (6, Gen.Const(Call.Read)),
            (6, Gen.Const(Call.ReadOrThrow)),
            (4, Gen.Const(Call.ReadBatch)),
            (4, Gen.Const(Call.Wait)),
            (2, Gen.Const(Call.Subscribe)),
            (1, Gen.Const(Call.Leave)),
            (1, Gen.Const(Call.Complete))),
        Gen.Int[0, 20],
        Gen.Int[0, 20]).Array[0, 120];

    [Test]
    public void EveryAnswerIsTheModels() => Gen.Select(Gen.Int[1, 9], Programs).Sample(
        (capacity, program) =>
        {
            var channel = new BroadcastChannel<int>(capacity);
            var items = new List<int>();
            var readers = new List<ModelReader>();
            bool completed = false;
            foreach ((Call call, int first, int second) in program)
            {
                ModelReader? reader = readers.Count == 0 ? null : readers[first % readers.Count];
                switch (call)
                {
                    case Call.Write:
                        Same(channel.Writer.TryWrite(items.Count), !completed);
                        if (!completed) items.Add(items.Count);
                        break;
                    case Call.Subscribe:
                        readers.Add(new ModelReader(channel, second % 2 == 0 ? BroadcastLag.Skip : BroadcastLag.Throw, items.Count));
                        break;
                    case Call.Complete when first == 0:
                        Same(channel.Writer.TryComplete(), !completed);
                        completed = true;
                        break;
                    case not Call.Complete when reader is not null:
                        reader.Play(call, second, items.Count, capacity, completed);
                        break;
                }

                foreach (ModelReader each in readers) each.Check(items.Count, capacity, completed);
            }
        },
        iter: 4_000);

    private static void Same<TAnswer>(TAnswer answer, TAnswer expected)
    {
        if (!EqualityComparer<TAnswer>.Default.Equals(answer, expected)) throw new InvalidOperationException($"{answer} instead of {expected}");
    }

    private sealed class ModelReader(BroadcastChannel<int> channel, BroadcastLag lag, int position)
    {
        private readonly BroadcastReader<int> _reader = channel.Subscribe(lag);

        private ValueTask<bool>? _wait;

        private bool _left;

        private int _missed;

        internal void Play(Call call, int wanted, int tail, int capacity, bool completed)
        {
            int first = Math.Max(position, tail - capacity);
            int missed = first - position;
            bool any = !_left && position < tail;
            switch (call)
            {
                case Call.Read:
                    Same((_reader.TryRead(out int item, out long told), item, told), any ? (true, first, missed) : (false, 0, 0));
                    if (any) MoveTo(first, 1);
                    break;
                case Call.ReadOrThrow when any && missed != 0 && lag == BroadcastLag.Throw:
                    Same(Assert.Throws<BroadcastLaggedException>(() => _reader.TryRead(out _))!.Missed, missed);
                    MoveTo(first, 0);
                    break;
                case Call.ReadOrThrow:
                    Same((_reader.TryRead(out item), item), any ? (true, first) : (false, 0));
                    if (any) MoveTo(first, 1);
                    break;
                case Call.ReadBatch:
                    int[] items = new int[wanted];
                    int count = any ? Math.Min(wanted, tail - first) : 0;
                    Same((_reader.TryReadBatch(items, out told), told), (count, count == 0 ? 0 : missed));
                    Same(string.Join(' ', items.Take(count)), string.Join(' ', Enumerable.Range(first, count)));
                    if (count != 0) MoveTo(first, count);
                    break;
                case Call.Wait when _wait is null:
                    ValueTask<bool> wait = _reader.WaitToReadAsync();
                    Same(wait.IsCompleted, any || _left || completed);
                    if (wait.IsCompleted) Same(wait.Result, any);
                    else _wait = wait;
                    break;
                case Call.Leave:
                    _reader.Dispose();
                    _left = true;
                    break;
            }
        }

        internal void Check(int tail, int capacity, bool completed)
        {
            Same(_reader.Count, _left ? 0 : Math.Min(tail - position, capacity));
            Same(_reader.Missed, _missed);
            if (_wait is { } wait && (_left || completed || position < tail))
            {
                Task<bool> told = wait.AsTask();
                Same(told.Wait(Hang.Patience), true);
                Same(told.Result, !_left && position < tail);
                _wait = null;
            }
        }

        private void MoveTo(int first, int count)
        {
            _missed += first - position;
            position = first + count;
        }
    }
}
