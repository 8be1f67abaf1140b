using FastCore.Channels;

namespace FastCore.Tests.Channels.Timers;

[TestFixture]
internal sealed class TimerChannelTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Test]
    public void AfterGivesOneItemAndEnds()
    {
        var time = new ManualTime();
        TimerChannel after = TimerChannel.After(Second, time);
        ValueTask<DateTimeOffset> read = after.Reader.ReadAsync();
        time.Advance(Second - TimeSpan.FromMilliseconds(1));
        Assert.That(read.IsCompleted, Is.False, "It is not early.");
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(read.GetAwaiter().GetResult(), Is.EqualTo(time.GetUtcNow()));
        Assert.That(after.Reader.Completion.IsCompletedSuccessfully);
        Assert.That(time.Registered, Is.Zero, "The timer is gone.");
        after.Dispose();
    }

    [Test]
    public void AnItemNobodyReadLeavesNoTimer()
    {
        var time = new ManualTime();
        TimerChannel after = TimerChannel.After(Second, time);
        time.Advance(2 * Second);
        Assert.That(time.Registered, Is.Zero);
        Assert.That(after.Reader.TryRead(out DateTimeOffset item), "It waits to be read.");
        Assert.That(item, Is.EqualTo(time.GetUtcNow() - Second));
    }

    [Test]
    public void AfterZeroIsDueAtOnce()
    {
        var time = new ManualTime();
        using TimerChannel after = TimerChannel.After(TimeSpan.Zero, time);
        time.Advance(TimeSpan.Zero);
        Assert.That(after.Reader.TryRead(out _));
    }

    [Test]
    public void AfterForeverHasNoDueTime()
    {
        var time = new ManualTime();
        using (TimerChannel after = TimerChannel.After(Timeout.InfiniteTimeSpan, time))
        {
            time.Advance(TimeSpan.FromDays(10_000));
            Assert.That(after.Reader.TryRead(out _), Is.False);
            Assert.That(after.Reader.Completion.IsCompleted, Is.False);
        }

        Assert.That(time.Registered, Is.Zero);
    }

    [TestCase(50)]
    [TestCase(1_000)]
    public void LongWaitsAreMadeOfSeveral(int days)
    {
        var time = new ManualTime();
        TimeSpan delay = TimeSpan.FromDays(days);
        TimerChannel after = TimerChannel.After(delay, time);
        TimerChannel at = TimerChannel.At(time.GetUtcNow() + delay, time);
        time.Advance(delay - Second);
        Assert.That((after.Reader.Count, at.Reader.Count), Is.EqualTo((0, 0)));
        time.Advance(Second);
        Assert.That((after.Reader.Count, at.Reader.Count), Is.EqualTo((1, 1)));
        Assert.That(time.Registered, Is.Zero);
    }

    [Test]
    public void PartsOfAMillisecondAreRoundedUp()
    {
        var time = new ManualTime();
        using TimerChannel after = TimerChannel.After(TimeSpan.FromMicroseconds(1), time);
        time.Advance(TimeSpan.FromMicroseconds(999));
        Assert.That(after.Reader.Count, Is.Zero);
        time.Advance(TimeSpan.FromMicroseconds(1));
        Assert.That(after.Reader.Count, Is.EqualTo(1));
    }

    [Test]
    public void ATimeThatHasPassedIsThereAtOnce()
    {
        var time = new ManualTime();
        TimerChannel at = TimerChannel.At(time.GetUtcNow() - Second, time);
        Assert.That(at.Reader.TryRead(out _));
        Assert.That(at.Reader.Completion.IsCompletedSuccessfully);
        Assert.That(time.Registered, Is.Zero);
    }

    [Test]
    public void AtWaitsOnWhenTheClockIsSetBack()
    {
        var time = new ManualTime();
        TimerChannel at = TimerChannel.At(time.GetUtcNow() + 10 * Second, time);
        time.SetClock(time.GetUtcNow() - 5 * Second);
        time.Advance(10 * Second);
        Assert.That(at.Reader.Count, Is.Zero, "The clock does not show it yet.");
        time.Advance(5 * Second);
        Assert.That(at.Reader.Count, Is.EqualTo(1));
    }

    [Test]
    public void TickDropsWhatASlowReaderMisses()
    {
        var time = new ManualTime();
        DateTimeOffset start = time.GetUtcNow();
        using TimerChannel tick = TimerChannel.Tick(Second, time);
        time.Advance(3.5 * Second);
        Assert.That(tick.Reader.TryRead(out DateTimeOffset item));
        Assert.That(item, Is.EqualTo(start + Second), "It holds the first.");
        Assert.That(tick.Reader.TryRead(out _), Is.False, "The second and third were dropped.");
        time.Advance(0.5 * Second);
        Assert.That(tick.Reader.TryRead(out item));
        Assert.That(item, Is.EqualTo(start + 4 * Second));
    }

    [Test]
    public void TickEndsWhenDisposed()
    {
        var time = new ManualTime();
        TimerChannel tick = TimerChannel.Tick(Second, time);
        time.Advance(Second);
        ValueTask<bool> more = tick.Reader.WaitToReadAsync();
        Assert.That(more.GetAwaiter().GetResult());
        tick.Dispose();
        tick.Dispose();
        Assert.That(time.Registered, Is.Zero);
        Assert.That(tick.Reader.TryRead(out _), "A tick that was there can be read.");
        Assert.That(tick.Reader.Completion.IsCompletedSuccessfully);
    }

    [Test]
    public void DisposalWakesWhoWaits()
    {
        var time = new ManualTime();
        TimerChannel tick = TimerChannel.Tick(Second, time);
        Task<bool> more = tick.Reader.WaitToReadAsync().AsTask();
        tick.Dispose();
        Assert.That(more.GetAwaiter().GetResult(), Is.False);
    }

    [Test]
    public void NeverNeitherGivesNorEnds()
    {
        FastChannelReader<string> never = TimerChannel.Never<string>();
        Assert.That(never.TryRead(out _), Is.False);
        Assert.That(never.Completion.IsCompleted, Is.False);
        Assert.That(never, Is.Not.SameAs(TimerChannel.Never<string>()));
    }

    [Test]
    public void ATimerIsACaseOfASelect()
    {
        var time = new ManualTime();
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        using TimerChannel tick = TimerChannel.Tick(Second, time);
        var select = new ChannelSelect();
        SelectRead<int> item = select.Read(channel.Reader);
        SelectRead<DateTimeOffset> beat = select.Read(tick.Reader);
        SelectRead<int> off = select.Read(TimerChannel.Never<int>());
        ValueTask<int> chosen = select.WaitAsync();
        Assert.That(chosen.IsCompleted, Is.False);
        time.Advance(Second);
        Assert.That(chosen.AsTask().InTime().GetAwaiter().GetResult(), Is.EqualTo(beat.Index));
        Assert.That(beat.TryTake(out DateTimeOffset when));
        Assert.That(when, Is.EqualTo(time.GetUtcNow()));
        Assert.That(channel.Writer.TryWrite(7));
        Assert.That(select.TrySelect(out int index));
        Assert.That(index, Is.EqualTo(item.Index));
        Assert.That(item.TryTake(out int taken));
        Assert.That(taken, Is.EqualTo(7));
        Assert.That(select.TrySelect(out _), Is.False);
        Assert.That(off.TryTake(out _), Is.False);
    }

    [Test]
    public void WrongTimesAreRefused() => Assert.Multiple(() =>
    {
        Assert.That(() => TimerChannel.After(-Second), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => TimerChannel.Tick(TimeSpan.Zero), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => TimerChannel.Tick(TimeSpan.FromDays(50)), Throws.TypeOf<ArgumentOutOfRangeException>());
    });

    [Test]
    public void TheTimerCarriesNoAsyncLocals()
    {
        var local = new AsyncLocal<string> { Value = "of the caller" };
        string? seen = "none";
        using var source = new CancellationTokenSource(Hang.Patience);
        TimerChannel after = TimerChannel.After(TimeSpan.FromMilliseconds(1), new Spying(() => seen = local.Value));
        Assert.That(ExecutionContext.IsFlowSuppressed(), Is.False, "The caller's flow goes on.");
        Assert.That(after.Reader.Read(source.Token), Is.Not.EqualTo(default(DateTimeOffset)));
        Assert.That(seen, Is.Null);
    }

    [Test]
    public void ATimeProviderThatThrowsLeavesTheCallersFlowAsItWas()
    {
        Assert.That(() => TimerChannel.Tick(Second, new Timerless()), Throws.TypeOf<NotSupportedException>());
        Assert.That(ExecutionContext.IsFlowSuppressed(), Is.False);
    }

    /// <summary>The system's time is not early either: what the clock shows when the item comes is at or after the due time.</summary>
    [Test]
    public void SystemTimeIsNotEarly()
    {
        using var source = new CancellationTokenSource(Hang.Patience);
        DateTimeOffset due = DateTimeOffset.UtcNow + TimeSpan.FromMicroseconds(5_500);
        Assert.That(TimerChannel.At(due).Reader.Read(source.Token), Is.GreaterThanOrEqualTo(due));
    }

    private sealed class Timerless : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();
    }

    private sealed class Spying(Action onTime) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow()
        {
            onTime();
            return base.GetUtcNow();
        }
    }
}
