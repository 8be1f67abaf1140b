using System.Threading.Channels;
using FastCore.Channels;

namespace FastCore.Tests.Channels;

/// <summary>
/// Every kind of end beside every call, on ours and on the stock channel: the state, the exception, its message, its cause and
/// its token must be the same, and so must what can be read afterwards.
/// </summary>
/// <remarks>Not where the stock channels of .NET 10 are known to be wrong: writes after the end of a rendezvous that drops.</remarks>
[TestFixture]
internal sealed class ChannelEndMatrixTests
{
    /// <summary>Starts a call; the answer is asked for later.</summary>
    private delegate Func<string> Call(Channel<int> channel, CancellationToken cancellationToken);

    private static readonly (string Name, Func<Exception?> Error)[] Ends =
    [
        ("no error", static () => null),
        ("an error", static () => new InvalidDataException("The disk is full.")),
        ("a closed channel's error", static () => new ChannelClosedException()),
        ("a cancellation", static () => new OperationCanceledException()),
        ("a cancellation by a token that has not fired", static () => new OperationCanceledException(new CancellationTokenSource().Token)),
        ("a cancellation by a token that has", static () => new OperationCanceledException(new CancellationToken(canceled: true))),
    ];

    private static readonly (string Name, Call Start)[] Calls =
    [
        ("TryRead", static (channel, _) => Answered(channel.Reader.TryRead(out int item) ? $"{item}" : "nothing")),
        ("TryPeek", static (channel, _) => Answered(channel.Reader.TryPeek(out int item) ? $"{item}" : "nothing")),
        ("ReadAsync", static (channel, token) => Later(channel.Reader.ReadAsync(token))),
        ("WaitToReadAsync", static (channel, token) => Later(channel.Reader.WaitToReadAsync(token))),
        ("TryWrite", static (channel, _) => Answered(channel.Writer.TryWrite(9) ? "written" : "refused")),
        ("WriteAsync", static (channel, token) => Later(channel.Writer.WriteAsync(9, token))),
        ("WaitToWriteAsync", static (channel, token) => Later(channel.Writer.WaitToWriteAsync(token))),
        ("TryComplete", static (channel, _) => Answered(channel.Writer.TryComplete() ? "completed" : "refused")),
    ];

    internal static IEnumerable<TestCaseData> Kinds
    {
        get
        {
            foreach (bool inline in (bool[])[false, true])
            {
                foreach (int capacity in (int[])[0, 1, 3])
                {
                    var options = new BoundedChannelOptions(capacity) { AllowSynchronousContinuations = inline };
                    yield return Case($"bounded {capacity}", inline, () => FastChannel.CreateBounded<int>(options), () => Channel.CreateBounded<int>(options));
                    if (capacity == 0) continue;
                    var dropping = new BoundedChannelOptions(capacity) { AllowSynchronousContinuations = inline, FullMode = BoundedChannelFullMode.DropOldest };
                    yield return Case($"dropping {capacity}", inline, () => FastChannel.CreateBounded<int>(dropping), () => Channel.CreateBounded<int>(dropping));
                }

                foreach (bool alone in (bool[])[false, true])
                {
                    var options = new UnboundedChannelOptions { AllowSynchronousContinuations = inline, SingleReader = alone, SingleWriter = alone };
                    yield return Case(alone ? "unbounded, one to one" : "unbounded", inline, () => FastChannel.CreateUnbounded<int>(options), () => Channel.CreateUnbounded<int>(options));
                }

                var prioritized = new UnboundedPrioritizedChannelOptions<int> { AllowSynchronousContinuations = inline };
                yield return Case("prioritized", inline, () => FastChannel.CreateUnboundedPrioritized(prioritized), () => Channel.CreateUnboundedPrioritized(prioritized));
            }

            static TestCaseData Case(string name, bool inline, Func<Channel<int>> ours, Func<Channel<int>> stock) =>
                new TestCaseData(ours, stock).SetArgDisplayNames(inline ? name + ", inline" : name);
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void EveryAnswerIsTheStockOne(Func<Channel<int>> ours, Func<Channel<int>> stock)
    {
        var differences = new List<string>();
        foreach ((string end, Func<Exception?> error) in Ends)
        {
            foreach ((string call, Call start) in Calls)
            {
                foreach (int items in (int[])[0, 1, 3])
                {
                    foreach (bool waits in (bool[])[false, true])
                    {
                        foreach (bool fired in (bool[])[false, true])
                        {
                            string expected = Play(stock(), error(), start, items, waits, fired);
                            string actual = Play(ours(), error(), start, items, waits, fired);
                            if (actual != expected) differences.Add($"{call} {(waits ? "before" : "after")} {end}, {items} items, token {fired}: {actual} and not {expected}");
                        }
                    }
                }
            }
        }

        Assert.That(differences, Is.Empty);
    }

    private static string Play(Channel<int> channel, Exception? error, Call start, int items, bool waits, bool fired)
    {
        var token = new CancellationToken(fired);
        for (int i = 0; i < items; i++) channel.Writer.TryWrite(i);
        Func<string>? early = waits ? start(channel, token) : null;
        channel.Writer.TryComplete(error);
        string answer = (early ?? start(channel, token))();
        string left = "";
        while (channel.Reader.TryRead(out int item)) left += $" {item}";
        return $"{answer}; left:{left}; {Show(channel.Reader.Completion)}";
    }

    private static Func<string> Answered(string answer) => () => answer;

    private static Func<string> Later<T>(ValueTask<T> operation) =>
        () => operation.IsCompleted ? Show(operation.IsCanceled, () => $"{operation.GetAwaiter().GetResult()}") : "waits";

    private static Func<string> Later(ValueTask operation) => () => operation.IsCompleted
        ? Show(operation.IsCanceled, () =>
        {
            operation.GetAwaiter().GetResult();
            return "done";
        })
        : "waits";

    private static string Show(Task task) => !task.IsCompleted ? "open" : Show(task.IsCanceled, () =>
    {
        task.GetAwaiter().GetResult();
        return "ended";
    });

    private static string Show(bool isCancelled, Func<string> result)
    {
        try
        {
            return result();
        }
        catch (Exception error)
        {
            string token = error is OperationCanceledException cancelled ? Show(cancelled.CancellationToken) : "";
            return $"{(isCancelled ? "cancelled" : "failed")} {error.GetType().Name} '{error.Message}' by {error.InnerException?.GetType().Name}{token}";
        }
    }

    private static string Show(CancellationToken token) => token == default ? " no token" : token.IsCancellationRequested ? " a fired token" : " a live token";
}
