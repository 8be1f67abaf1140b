using System.Diagnostics;
using FastCore.Perf.Rounds;
using FastCore.Scheduling;

namespace FastCore.Perf.Scheduling;

/// <summary>
/// fib(27) with a fork at each call above 1: the cost of a fork and its join, since there is next to nothing else. Where a
/// round has no time for that many, a smaller number is taken.
/// </summary>
internal abstract class FibonacciRun : CaseRun
{
    private const int Largest = 27;

    internal override RoundResult Run(long operations)
    {
        int number = Enumerable.Range(2, Largest - 1).LastOrDefault(number => ForksOf(number) <= operations, 2);
        long expected = Fibonacci(number);
        int times = (int)Math.Max(1, operations / ForksOf(number));
        long? wrong = null;
        ProcessCost begin = ProcessCost.Begin();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++)
        {
            if (Compute(number) is var computed && computed != expected) wrong = computed;
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        if (wrong is not null) throw new InvalidDataException($"fib({number}) was {wrong}, not {expected}.");
        return new RoundResult(ForksOf(number) * times, elapsed, ProcessCost.Since(begin));
    }

    /// <summary>Computes it on the target, and blocks the caller meanwhile, which is no thread of the target.</summary>
    protected abstract long Compute(int number);

    // A call above 1 forks; there is one such call fewer than leaves, which number fib(n + 1).
    private static long ForksOf(int number) => Fibonacci(number + 1) - 1;

    private static long Fibonacci(int number)
    {
        (long last, long next) = (0, 1);
        for (int i = 0; i < number; i++) (last, next) = (next, last + next);
        return last;
    }
}

/// <summary>By <see cref="Scheduler.Join{TFirst, TFirstResult, TSecond, TSecondResult}"/>.</summary>
internal sealed class JoinedFibonacciRun(SchedulerTarget target) : FibonacciRun
{
    protected override long Compute(int number)
    {
        long value = 0;
        return target.Start(() =>
        {
            value = ComputeJoined(number);
            return Task.CompletedTask;
        }).Wait(Round.Patience) ? value : throw new InvalidDataException("A join never returned.");
    }

    public override void Dispose() => target.Dispose();

    private static long ComputeJoined(int number)
    {
        if (number < 2) return number;
        (long first, long second) = Scheduler.Join(ComputeJoined, number - 1, ComputeJoined, number - 2);
        return first + second;
    }
}

/// <summary>
/// By <see cref="Task.Run{TResult}(Func{TResult})"/> and <see cref="Task{TResult}.Result"/>, which runs the task in place if
/// it has not begun. To await the tasks instead costs about three times as much.
/// </summary>
internal sealed class TaskFibonacciRun : FibonacciRun
{
    protected override long Compute(int number)
    {
        Task<long> root = Task.Run(() => ComputeForked(number));
        return root.Wait(Round.Patience) ? root.Result : throw new InvalidDataException("A task never ended.");
    }

    public override void Dispose()
    {
    }

    private static long ComputeForked(int number)
    {
        if (number < 2) return number;
        Task<long> forked = Task.Run(() => ComputeForked(number - 2));
        long first = ComputeForked(number - 1);
        return first + forked.Result;
    }
}
