namespace FastCore.Channels;

/// <summary>A channel that time writes to, so that a wait or a select can have a limit, a deadline or a beat.</summary>
/// <remarks>
/// <para>
/// The items are the time at which they were written, in UTC, by the <see cref="TimeProvider"/>. Time is never early: what is
/// below a millisecond is rounded up, as timers count in milliseconds.
/// </para>
/// <para>
/// <b>Threads.</b> Everything may be called from any thread; several readers share the items.
/// </para>
/// <para>
/// <b>Disposal.</b> <see cref="Dispose"/> takes the timer out and completes the channel; a time already written can still be
/// read. After the item of <see cref="After"/> or <see cref="At"/> nothing is registered any more, disposed or not. Without
/// disposal one that was not waited for keeps its timer until it is due, and <see cref="Tick"/> keeps it for ever.
/// </para>
/// <para>
/// <b>Cancellation.</b> As with every <see cref="FastChannel"/>: a cancelled read has taken no item.
/// </para>
/// </remarks>
public sealed class TimerChannel : IDisposable
{
    /// <summary>Timers take no longer wait than 2³² − 2 ms, about 49 days; a longer one is made of several.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly FastChannel<DateTimeOffset> _channel = FastChannel.CreateBounded<DateTimeOffset>(1);

    private readonly TimeProvider _time;

    private readonly ITimer _timer;

    private TimerChannel(TimeProvider? time, Action<TimerChannel> onDue)
    {
        _time = time ?? TimeProvider.System;

        // It starts only when the field is set, and carries nobody's AsyncLocals for as long as it lives.
        using AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        _timer = _time.CreateTimer(_ => onDue(this), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Where the times come out.</summary>
    public FastChannelReader<DateTimeOffset> Reader => _channel.Reader;

    /// <summary>Gives one item when some time has passed, then completes.</summary>
    /// <param name="delay">How long; zero is at once, <see cref="Timeout.InfiniteTimeSpan"/> never. There is no upper limit.</param>
    /// <param name="timeProvider">What measures time; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative and not infinite.</exception>
    public static TimerChannel After(TimeSpan delay, TimeProvider? timeProvider = null)
    {
        if (delay != Timeout.InfiniteTimeSpan) ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        TimeSpan left = delay;
        var channel = new TimerChannel(timeProvider, WaitOrGive);
        if (delay != Timeout.InfiniteTimeSpan) WaitForNextPart(channel);
        return channel;

        void WaitOrGive(TimerChannel due)
        {
            if (left > TimeSpan.Zero) WaitForNextPart(due);
            else due.GiveLast();
        }

        // The timer is not set while this runs, so no two threads are here at once.
        void WaitForNextPart(TimerChannel waiting)
        {
            TimeSpan part = left < LongestWait ? left : LongestWait;
            left -= part;
            waiting.Wait(part);
        }
    }

    /// <summary>Gives one item when the clock shows a time, then completes.</summary>
    /// <param name="time">When; a time that has passed is at once.</param>
    /// <param name="timeProvider">Whose clock; null for the system's.</param>
    /// <remarks>
    /// It does not come before the clock shows that time, even if the clock is set back meanwhile. That the clock is set
    /// ahead it learns only when the wait that it began with, of at most 49 days, is over.
    /// </remarks>
    public static TimerChannel At(DateTimeOffset time, TimeProvider? timeProvider = null)
    {
        var channel = new TimerChannel(timeProvider, WaitOrGive);
        WaitOrGive(channel);
        return channel;

        void WaitOrGive(TimerChannel due)
        {
            TimeSpan left = time - due._time.GetUtcNow();
            if (left <= TimeSpan.Zero) due.GiveLast();
            else due.Wait(left < LongestWait ? left : LongestWait);
        }
    }

    /// <summary>Gives an item each time a period has passed, until it is disposed.</summary>
    /// <param name="period">From one millisecond to 2³² − 2 of them, about 49 days.</param>
    /// <param name="timeProvider">What measures time; null for the system's.</param>
    /// <remarks>
    /// It holds one item: while that is not read, further ticks are dropped (as a ticker of Go does), so a slow reader falls
    /// behind by one at most.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The period is outside its range.</exception>
    public static TimerChannel Tick(TimeSpan period, TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(period, LongestWait);
        var channel = new TimerChannel(timeProvider, static due => due.Give());
        period = InWholeMilliseconds(period);
        channel._timer.Change(period, period);
        return channel;
    }

    /// <summary>A channel that neither gives an item nor ends: where one is asked for and nothing is to come.</summary>
    /// <typeparam name="T">The items it does not give.</typeparam>
    /// <remarks>Each call makes a new one, so what waits for it is garbage when nobody else holds it.</remarks>
    public static FastChannelReader<T> Never<T>() => FastChannel.CreateUnbounded<T>().Reader;

    /// <summary>Takes the timer out and completes the channel. Further calls do nothing.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        _channel.Writer.TryComplete();
    }

    /// <summary>A tick that finds the last one unread, or the channel completed, is dropped by what TryWrite answers.</summary>
    private void Give() => _channel.Writer.TryWrite(_time.GetUtcNow());

    private void GiveLast()
    {
        Give();
        Dispose();
    }

    /// <summary>After disposal it does nothing.</summary>
    private void Wait(TimeSpan time) => _timer.Change(InWholeMilliseconds(time), Timeout.InfiniteTimeSpan);

    private static TimeSpan InWholeMilliseconds(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds));
}
