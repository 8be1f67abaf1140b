using System.Threading.Channels;
using CsCheck;
using FastCore.Channels;

namespace FastCore.Tests.Channels;

/// <summary>Random sequences of calls on one thread, each channel beside the stock one: every answer must be the same.</summary>
[TestFixture]
internal sealed class ChannelModelTests
{
    private enum Call
    {
        TryWrite,
        TryRead,
        TryPeek,
        WriteAsync,
        ReadAsync,
        WaitToWrite,
        WaitToRead,
        CancelOldest,
        Complete,
    }

    private static readonly Gen<Call> Calls = Gen.Frequency(
        (6, Gen.Const(Call.TryWrite)),
        (6, Gen.Const(Call.TryRead)),
        (1, Gen.Const(Call.TryPeek)),
        (6, Gen.Const(Call.WriteAsync)),
        (6, Gen.Const(Call.ReadAsync)),
        (2, Gen.Const(Call.WaitToWrite)),
        (2, Gen.Const(Call.WaitToRead)),
        (4, Gen.Const(Call.CancelOldest)),
        (1, Gen.Const(Call.Complete)));

    [Test]
    public void Bounded() => Gen.Select(Gen.Int[1, 5], Calls.Array[0, 60]).Sample(
        (capacity, calls) => Compare(FastChannel.CreateBounded<int>(capacity), Channel.CreateBounded<int>(capacity), calls), iter: 3_000);

    [Test]
    public void BoundedOneToOne() => Gen.Select(Gen.Int[1, 5], Calls.Array[0, 60]).Sample(
        (capacity, calls) => Compare(FastChannel.CreateBounded<int>(Alone(new BoundedChannelOptions(capacity))), Channel.CreateBounded<int>(capacity), calls), iter: 3_000);

    [Test]
    public void UnboundedOneToOne() => Calls.Array[0, 60].Sample(
        calls => Compare(FastChannel.CreateUnbounded<int>(Alone(new UnboundedChannelOptions())), Channel.CreateUnbounded<int>(), calls, oneReader: true),
        iter: 2_000);

    /// <summary>
    /// The stock rendezvous of .NET 10 still shows a writer that was cancelled to those who peek or ask whether there is one;
    /// so cancelling and asking are not compared together.
    /// </summary>
    [Test]
    public void Rendezvous([Values] bool cancels) => Calls.Array[0, 60].Sample(
        calls => Compare(
            FastChannel.CreateBounded<int>(0),
            Channel.CreateBounded<int>(0),
            cancels ? Without(calls, Call.WaitToRead, Call.WaitToWrite, Call.TryPeek) : Without(calls, Call.CancelOldest)),
        iter: 3_000);

    /// <summary>Without the end, after which the stock one of .NET 10 goes on accepting writes.</summary>
    [TestCase(BoundedChannelFullMode.DropOldest)]
    [TestCase(BoundedChannelFullMode.DropNewest)]
    [TestCase(BoundedChannelFullMode.DropWrite)]
    public void DroppingRendezvous(BoundedChannelFullMode mode) => Calls.Array[0, 60].Sample(
        calls =>
        {
            var options = new BoundedChannelOptions(0) { FullMode = mode };
            var ours = new List<int>();
            var theirs = new List<int>();
            Compare(
                FastChannel.CreateBounded<int>(options, ours.Add),
                Channel.CreateBounded<int>(options, theirs.Add),
                Without(calls, Call.Complete, Call.CancelOldest));
            Assert.That(ours, Is.EqualTo(theirs));
        },
        iter: 1_000);

    [Test]
    public void Prioritized() => Gen.Select(Gen.Int[0, 97], Calls.Array[0, 60]).Sample(
        (scatter, calls) => Compare(
            FastChannel.CreateUnboundedPrioritized<int>(), Channel.CreateUnboundedPrioritized<int>(), calls, call => call * scatter % 97),
        iter: 2_000);

    [Test]
    public void Limited() => Gen.Select(Gen.Int[70_000, 70_001], Calls.Array[0, 60]).Sample(
        (capacity, calls) => Compare(FastChannel.CreateBounded<int>(capacity), Channel.CreateBounded<int>(capacity), calls), iter: 300);

    [Test]
    public void Unbounded() => Calls.Array[0, 60].Sample(
        calls => Compare(FastChannel.CreateUnbounded<int>(), Channel.CreateUnbounded<int>(), calls), iter: 2_000);

    [TestCase(BoundedChannelFullMode.DropOldest)]
    [TestCase(BoundedChannelFullMode.DropNewest)]
    [TestCase(BoundedChannelFullMode.DropWrite)]
    public void Dropping(BoundedChannelFullMode mode) => Gen.Select(Gen.Int[1, 40], Calls.Array[0, 100]).Sample(
        (capacity, calls) =>
        {
            var options = new BoundedChannelOptions(capacity) { FullMode = mode };
            var ours = new List<int>();
            var theirs = new List<int>();
            Compare(FastChannel.CreateBounded<int>(options, ours.Add), Channel.CreateBounded<int>(options, theirs.Add), calls);
            Assert.That(ours, Is.EqualTo(theirs));
        },
        iter: 1_000);

    private static Call[] Without(Call[] calls, params Call[] left) => [.. calls.Where(call => !left.Contains(call))];

    private static TOptions Alone<TOptions>(TOptions options) where TOptions : ChannelOptions
    {
        options.SingleReader = options.SingleWriter = true;
        return options;
    }

    /// <param name="ours">What is tested.</param>
    /// <param name="stock">What it is compared with.</param>
    /// <param name="calls">What is called.</param>
    /// <param name="item">Which item the call of this number writes; by default the number.</param>
    /// <param name="oneReader">Whether at most one read may wait at a time.</param>
    private static void Compare(Channel<int> ours, Channel<int> stock, Call[] calls, Func<int, int>? item = null, bool oneReader = false)
    {
        using var one = new Player(ours, oneReader);
        using var other = new Player(stock, oneReader);
        for (int i = 0; i < calls.Length; i++)
        {
            int written = item is null ? i : item(i);
            string answer = one.Play(calls[i], written);
            string expected = other.Play(calls[i], written);
            if (answer != expected) throw new InvalidOperationException($"Call {i}, {calls[i]}: {answer} instead of {expected}");
        }
    }

    /// <summary>Plays calls and tells, after each, all that can be seen of the channel.</summary>
    private sealed class Player(Channel<int> channel, bool oneReader) : IDisposable
    {
        private readonly List<Pending> _pending = [];

        internal string Play(Call call, int item)
        {
            if (oneReader && (call is Call.ReadAsync or Call.WaitToRead or Call.TryRead) && _pending.Exists(static operation => operation.IsRead)) return "not allowed";
            string answer = call switch
            {
                Call.TryWrite => channel.Writer.TryWrite(item).ToString(),
                Call.TryRead => channel.Reader.TryRead(out int read) ? read.ToString() : "none",
                Call.TryPeek => channel.Reader.TryPeek(out int seen) ? seen.ToString() : "none",
                Call.WriteAsync => Start(source => Pending.Of($"write {item}", source, channel.Writer.WriteAsync(item, source.Token))),
                Call.ReadAsync => Start(source => Pending.Of($"read {item}", source, channel.Reader.ReadAsync(source.Token))),
                Call.WaitToWrite => Start(source => Pending.Of($"wait to write {item}", source, channel.Writer.WaitToWriteAsync(source.Token))),
                Call.WaitToRead => Start(source => Pending.Of($"wait to read {item}", source, channel.Reader.WaitToReadAsync(source.Token))),
                Call.CancelOldest => CancelOldest(),
                _ => channel.Writer.TryComplete().ToString(),
            };
            return $"{answer}; count {channel.Reader.Count}, completion {channel.Reader.Completion.Status}{Ended()}";
        }

        public void Dispose() => _pending.ForEach(static operation => operation.Source.Dispose());

        private string Start(Func<CancellationTokenSource, Pending> start)
        {
            _pending.Add(start(new CancellationTokenSource()));
            return "started";
        }

        private string CancelOldest()
        {
            if (_pending.Count == 0) return "nothing";
            _pending[0].Source.Cancel();
            return "cancelled";
        }

        /// <summary>What the last call ended, in the order it was started. It has ended when the call returns, not later.</summary>
        private string Ended()
        {
            Pending[] ended = [.. _pending.Where(static operation => operation.HasEnded())];
            _pending.RemoveAll(ended.Contains);
            string told = "";
            foreach (Pending operation in ended)
            {
                told += $"; {operation.Name}: {Outcome(operation)}";
                operation.Source.Dispose();
            }

            return told;
        }

        private static string Outcome(Pending operation)
        {
            try
            {
                return operation.Result();
            }
            catch (Exception error) when (error is OperationCanceledException or ChannelClosedException)
            {
                return error.GetType().Name;
            }
        }
    }

    /// <summary>A started operation.</summary>
    private sealed record Pending(string Name, CancellationTokenSource Source, Func<bool> HasEnded, Func<string> Result)
    {
        internal bool IsRead => Name.Contains("read", StringComparison.Ordinal);

        internal static Pending Of<T>(string name, CancellationTokenSource source, ValueTask<T> operation) =>
            new(name, source, () => operation.IsCompleted, () => operation.GetAwaiter().GetResult()!.ToString()!);

        internal static Pending Of(string name, CancellationTokenSource source, ValueTask operation) => new(
            name,
            source,
            () => operation.IsCompleted,
            () =>
            {
                operation.GetAwaiter().GetResult();
                return "done";
            });
    }
}
