using System.Diagnostics;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>Where the work of a round ends; the last to arrive stops the clock.</summary>
internal sealed class FinishLine : IDisposable
{
    private readonly ManualResetEventSlim _over = new();

    private int _running;

    private long _finished;

    /// <summary>One of those that <see cref="Measure"/> waits for has ended. By it.</summary>
    internal void Finish()
    {
        if (Interlocked.Decrement(ref _running) > 0) return;
        _finished = Stopwatch.GetTimestamp();
        _over.Set();
    }

    /// <summary>Starts work and measures until its end.</summary>
    /// <param name="operations">How many it does.</param>
    /// <param name="parties">How often <see cref="Finish"/> will be called.</param>
    /// <param name="start">Starts it, or does part of it.</param>
    /// <exception cref="InvalidDataException">It never ended.</exception>
    internal RoundResult Measure(long operations, int parties, Action start)
    {
        _over.Reset();
        _running = parties;
        ProcessCost begin = ProcessCost.Begin();
        long started = Stopwatch.GetTimestamp();
        start();
        if (!_over.Wait(Round.Patience)) throw new InvalidDataException("Work that was spawned never ran.");
        ProcessCost cost = ProcessCost.Since(begin);
        return new RoundResult(operations, Stopwatch.GetElapsedTime(started, _finished), cost);
    }

    public void Dispose() => _over.Dispose();
}
