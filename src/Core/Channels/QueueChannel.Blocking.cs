// Operations that block the calling thread. They wait in the same lists as those that are awaited, and in their turn. What
// differs is the awaiter: a thread, which gives up by taking its waiter out of the list itself, under the gate; if it is not
// there any more it has been decided, and the result is the operation's, whatever made the thread give up.

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using FastCore.Channels.Selecting;
using FastCore.Channels.Waiting;

namespace FastCore.Channels;

internal sealed partial class QueueChannel<T, TQueue, TAtomics>
{
    private bool ReadBlocking([MaybeNullWhen(false)] out T item, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout == TimeSpan.Zero) return IsDone(_readSide.TrySelect(out item, out _));
        if (TQueue.HoldsItems && _readSide.SpinUntilReadable(_options.Tuning.BlockSpins) && Reader.TryRead(out item)) return true;
        Waiter<T> waiter = QueueRead(ThreadParker.Current, cancellationToken) ?? throw ClosedException();
        bool isDecided = IsDecidedInTime(waiter, timeout, out bool isInterrupted);
        item = isDecided ? Consume(waiter, isInterrupted) : default;
        return isDecided;
    }

    private bool WriteBlocking(T item, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout == TimeSpan.Zero) return IsDone(_writeSide.TrySelect(item, out _));
        if (TQueue.HoldsItems && _writeSide.SpinUntilWritable(_options.Tuning.BlockSpins) && Writer.TryWrite(item)) return true;
        WriteWaiter<T> waiter = QueueWrite(item, ThreadParker.Current, cancellationToken) ?? throw ClosedException();
        if (!IsDecidedInTime(waiter, timeout, out bool isInterrupted)) return false;
        Consume(waiter, isInterrupted);
        return true;
    }

    /// <summary>For who has no time to wait, and so is not to be seen waiting by those he would leave alone the next moment.</summary>
    private bool IsDone(CaseOutcome outcome) => outcome != CaseOutcome.Ended ? outcome == CaseOutcome.Done : throw ClosedException();

    /// <summary>Takes the result; an interrupt that came too late is the thread's again after that, for it must not cost the result.</summary>
    private static TResult Consume<TResult>(Waiter<TResult> waiter, bool isInterrupted)
    {
        try
        {
            return waiter.GetResult(waiter.Version);
        }
        finally
        {
            if (isInterrupted) Thread.CurrentThread.Interrupt();
        }
    }

    /// <summary>Blocks until the waiter is signalled (true) or its time is over (false, and the waiter has been recycled).</summary>
    private static bool IsDecidedInTime<TResult>(Waiter<TResult> waiter, TimeSpan timeout, out bool isInterrupted)
    {
        long start = Stopwatch.GetTimestamp();
        isInterrupted = false;
        while (!waiter.IsSignalled)
        {
            TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - Stopwatch.GetElapsedTime(start);
            try
            {
                if (timeout == Timeout.InfiniteTimeSpan || left > TimeSpan.Zero)
                {
                    waiter.Park(left);
                    continue;
                }
            }
            catch (ThreadInterruptedException)
            {
                if (waiter.TryAbandon()) throw;
                isInterrupted = true;
            }

            // Over, or interrupted just after it was decided: then the signal is on its way.
            if (!isInterrupted && waiter.TryAbandon()) return false;
            SpinWait spinner = default;
            while (!waiter.IsSignalled) TAtomics.Spin(ref spinner);
        }

        return true;
    }

    private sealed partial class ReadSide
    {
        public override bool TryRead([MaybeNullWhen(false)] out T item, TimeSpan timeout, CancellationToken cancellationToken = default)
        {
            WaitTime.ThrowIfInvalid(timeout);
            cancellationToken.ThrowIfCancellationRequested();
            return TryRead(out item) || _channel.ReadBlocking(out item, timeout, cancellationToken);
        }
    }

    private sealed partial class WriteSide
    {
        public override bool TryWrite(T item, TimeSpan timeout, CancellationToken cancellationToken = default)
        {
            WaitTime.ThrowIfInvalid(timeout);
            cancellationToken.ThrowIfCancellationRequested();
            return TryWrite(item) || _channel.WriteBlocking(item, timeout, cancellationToken);
        }
    }
}
