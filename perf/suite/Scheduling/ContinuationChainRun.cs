using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>
/// A million continuations, each of the one before, which are made first and then set off. Where a round has no time for a
/// million, there are fewer.
/// </summary>
internal sealed class ContinuationChainRun(IDisposable target, TaskScheduler scheduler) : CaseRun
{
    private const long Longest = 1_000_000;

    private readonly FinishLine _line = new();

    internal override RoundResult Run(long operations)
    {
        long length = Math.Min(operations, Longest);
        var start = new TaskCompletionSource<long>();
        Task<long> last = start.Task;
        for (long i = 0; i < length; i++) last = last.ContinueWith(static before => before.Result + 1, CancellationToken.None, TaskContinuationOptions.None, scheduler);
        last.ContinueWith(_ => _line.Finish(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, scheduler);
        RoundResult result = _line.Measure(length, 1, () => start.SetResult(0));
        return last.Result == length ? result : throw new InvalidDataException($"{last.Result} continuations ran of {length}.");
    }

    public override void Dispose()
    {
        target.Dispose();
        _line.Dispose();
    }
}
