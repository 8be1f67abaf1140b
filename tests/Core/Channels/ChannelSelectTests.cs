using System.Runtime.CompilerServices;
using FastCore.Channels;
using FastCore.Channels.Waiting;

namespace FastCore.Tests.Channels;

/// <summary>A select when nothing happens at the same time.</summary>
[TestFixtureSource(typeof(ChannelKind), nameof(ChannelKind.Ours))]
internal sealed class ChannelSelectTests(ChannelKind kind)
{
    /// <summary>How many items in a row a read may have while others could.</summary>
    private const int Run = 32;

    private FastChannel<int> _one = null!;

    private FastChannel<int> _other = null!;

    private ChannelSelect _select = null!;

    private SelectRead<int> _first = null!;

    private SelectRead<int> _second = null!;

    [SetUp]
    public void SetUp()
    {
        _one = kind.CreateFast<int>();
        _other = FastChannel.CreateBounded<int>(0);
        _select = new ChannelSelect();
        _first = _select.Read(_one.Reader);
        _second = _select.Read(_other.Reader);
    }

    [TearDown]
    public void NothingIsLeftInAnyList() =>
        Assert.That(((IWaiterOwner)_one).HasWaiters || ((IWaiterOwner)_other).HasWaiters, Is.False);

    [Test]
    public void WhatIsThereIsTaken()
    {
        _one.Writer.TryWrite(5);
        Assert.That(_select.TrySelect(out int index), Is.True);
        AssertTook(_first, index, 5);
        Assert.That(_select.TrySelect(out index), Is.False);
        Assert.That(index, Is.EqualTo(ChannelSelect.TimedOut));
    }

    [Test]
    public void TheFirstThatComesIsTaken()
    {
        ValueTask<int> wait = _select.WaitAsync();
        Assert.That(wait.IsCompleted, Is.False);
        Assert.That(_other.Writer.TryWrite(7), Is.True);
        Assert.That(wait.IsCompletedSuccessfully, Is.True);

        // Decided: what comes now stays where it is.
        Assert.That(_one.Writer.TryWrite(8), Is.True);
        AssertTook(_second, wait.Result, 7);
        AssertTook(_first, _select.WaitAsync().AsTask().Result, 8);
    }

    [Test]
    public void AWriteWaitsForRoom()
    {
        if (!kind.Waits) Assert.Ignore("Never refuses a write.");
        var full = (FastChannel<int>)kind.CreateFull();
        var select = new ChannelSelect();
        SelectWrite<int> write = select.Write(full.Writer);
        write.Item = 100;
        ValueTask<int> wait = select.WaitAsync();
        Assert.That(wait.IsCompleted, Is.False);
        Assert.That(full.Reader.TryRead(out _), Is.True);
        Assert.That(wait.Result, Is.EqualTo(write.Index));
        Assert.That(full.Reader.Count, Is.EqualTo(kind.Capacity));
        Assert.That(((IWaiterOwner)full).HasWaiters, Is.False);
    }

    [Test]
    public void AReadAndAWriteOfOneSelectDoNotMeet()
    {
        var select = new ChannelSelect();
        SelectRead<int> read = select.Read(_other.Reader);
        select.Write(_other.Writer).Item = 3;
        ValueTask<int> wait = select.WaitAsync();
        Assert.That(wait.IsCompleted, Is.False);
        Assert.That(_other.Writer.TryWrite(4), Is.True);
        AssertTook(read, wait.Result, 4);
    }

    [Test]
    public void TwoSelectsMeet()
    {
        var select = new ChannelSelect();
        select.Write(_other.Writer).Item = 3;
        ValueTask<int> write = select.WaitAsync();
        AssertTook(_second, _select.WaitAsync().AsTask().Result, 3);
        Assert.That(write.Result, Is.Zero);
    }

    [Test]
    public void TheTimeEndsIt([Values(0, 1, 15)] int milliseconds, [Values] bool blocks)
    {
        var timeout = TimeSpan.FromMilliseconds(milliseconds);
        int index = blocks ? _select.Wait(timeout) : _select.WaitAsync(timeout).AsTask().Result;
        Assert.That(index, Is.EqualTo(ChannelSelect.TimedOut));
        _one.Writer.TryWrite(1);
        AssertTook(_first, _select.WaitAsync(timeout).AsTask().Result, 1);
    }

    [Test]
    public void ATokenEndsIt([Values] bool blocks)
    {
        using var source = new CancellationTokenSource();
        if (blocks)
        {
            source.CancelAfter(1);
            Assert.That(() => _select.Wait(source.Token), Throws.InstanceOf<OperationCanceledException>());
        }
        else
        {
            ValueTask<int> wait = _select.WaitAsync(source.Token);
            source.Cancel();
            Assert.That(wait.IsCompleted, Is.True);
            Assert.That(async () => await wait, Throws.InstanceOf<OperationCanceledException>().With.Property("CancellationToken").EqualTo(source.Token));
        }

        Assert.That(async () => await _select.WaitAsync(source.Token), Throws.InstanceOf<OperationCanceledException>());
        _one.Writer.TryWrite(1);
        AssertTook(_first, _select.WaitAsync().AsTask().Result, 1);
    }

    [Test]
    public void AnEndIsToldOnce([Values] bool waits, [Values] bool fails)
    {
        InvalidDataException? error = fails ? new InvalidDataException() : null;
        if (!waits) _one.Writer.Complete(error);
        ValueTask<int> wait = _select.WaitAsync();
        Assert.That(wait.IsCompleted, Is.Not.EqualTo(waits));
        if (waits) _one.Writer.Complete(error);
        Assert.That(wait.Result, Is.EqualTo(_first.Index));
        Assert.That((_first.HasEnded, _first.IsEnabled, _first.Error), Is.EqualTo((true, false, error)));
        Assert.That(_first.TryTake(out _), Is.False);
        Assert.That(_select.TrySelect(out _), Is.False);
        _other.Writer.Complete();
        Assert.That(_select.WaitAsync().Result, Is.EqualTo(_second.Index));
        Assert.That(_select.HasCases, Is.False);
        Assert.That(() => _select.WaitAsync(), Throws.InvalidOperationException);
    }

    [Test]
    public void AWriteToACompletedChannelIsTold()
    {
        _one.Writer.Complete(new InvalidDataException());
        var select = new ChannelSelect();
        SelectWrite<int> write = select.Write(_one.Writer);
        Assert.That(select.WaitAsync().Result, Is.Zero);
        Assert.That(write.HasEnded, Is.True);
        Assert.That(write.Error, Is.InstanceOf<InvalidDataException>());
    }

    [Test]
    public void ADisabledCaseTakesNoPart()
    {
        _one.Writer.TryWrite(1);
        _first.IsEnabled = false;
        Assert.That(_select.TrySelect(out _), Is.False);
        _first.IsEnabled = true;
        Assert.That(_select.TrySelect(out int index), Is.True);
        AssertTook(_first, index, 1);
    }

    [Test]
    public void AnItemThatWasNotTakenIsNotLost()
    {
        _one.Writer.TryWrite(1);
        Assert.That(_select.TrySelect(out _), Is.True);
        Assert.That(() => _select.TrySelect(out _), Throws.InvalidOperationException);
        Assert.That(() => _select.WaitAsync(), Throws.InvalidOperationException);
        Assert.That(_first.TryTake(out int item) ? item : 0, Is.EqualTo(1));
        Assert.That(_select.TrySelect(out _), Is.False);
    }

    [Test]
    public void OneCallWaitsAtATime()
    {
        ValueTask<int> wait = _select.WaitAsync();
        Assert.That(() => _select.WaitAsync(), Throws.InvalidOperationException);
        Assert.That(() => _select.Read(_one.Reader), Throws.InvalidOperationException);
        Assert.That(() => wait.GetAwaiter().GetResult(), Throws.InvalidOperationException, "It has not finished.");
        _one.Writer.TryWrite(1);
        AssertTook(_first, wait.Result, 1);
        Assert.That(() => wait.GetAwaiter().GetResult(), Throws.InvalidOperationException, "It has been consumed.");
    }

    /// <summary>Reads that are ready at once are served in turn, each for a run.</summary>
    [Test]
    public void TheChoiceIsFair()
    {
        const int Cases = 4;
        const int Ready = Cases - 1;
        const int Rounds = 100 * Ready * Run;
        FastChannel<int>[] channels = [.. Enumerable.Range(0, Cases).Select(_ => kind.CreateFast<int>())];
        var select = new ChannelSelect();
        SelectRead<int>[] reads = [.. channels.Select(channel => select.Read(channel.Reader))];

        // One is never ready; the other three must share alike, also those behind it.
        foreach (FastChannel<int> channel in channels.Skip(1)) channel.Writer.TryWrite(0);
        var times = new int[Cases];
        var passedBy = new int[Cases];
        int longest = 0;
        for (int round = 0; round < Rounds; round++)
        {
            Assert.That(select.TrySelect(out int index), Is.True);
            reads[index].TryTake(out _);
            channels[index].Writer.TryWrite(0);
            times[index]++;
            for (int i = 1; i < Cases; i++) passedBy[i] = i == index ? 0 : passedBy[i] + 1;
            longest = Math.Max(longest, passedBy.Max());
        }

        Assert.That(times, Is.EqualTo(new[] { 0, Rounds / Ready, Rounds / Ready, Rounds / Ready }));
        Assert.That(longest, Is.EqualTo((Ready - 1) * Run));
    }

    /// <summary>A write has no runs, and those of a read do not keep it waiting for longer than one.</summary>
    [Test]
    public void AWriteHasItsTurnBetweenRunsOfReads()
    {
        FastChannel<int> output = FastChannel.CreateUnbounded<int>();
        FastChannel<int> otherOutput = FastChannel.CreateUnbounded<int>();
        var select = new ChannelSelect();
        SelectRead<int> read = select.Read(_one.Reader);
        select.Write(output.Writer);
        select.Write(otherOutput.Writer);
        var indexes = new List<int>();
        for (int i = 0; i < 2 * (Run + 2); i++)
        {
            _one.Writer.TryWrite(0);
            Assert.That(select.TrySelect(out int index), Is.True);
            read.TryTake(out _);
            indexes.Add(index);
        }

        int[] round = [.. Enumerable.Repeat(0, Run), 1, 2];
        Assert.That(indexes, Is.EqualTo(round.Concat(round)));
        while (_one.Reader.TryRead(out _))
        {
        }
    }

    /// <summary>What comes while the select waits begins a run like what was there.</summary>
    [Test]
    public void ARunBeginsWithTheItemThatEndsAWait()
    {
        FastChannel<int>[] channels = [FastChannel.CreateUnbounded<int>(), FastChannel.CreateUnbounded<int>()];
        var select = new ChannelSelect();
        SelectRead<int>[] reads = [.. channels.Select(channel => select.Read(channel.Reader))];
        ValueTask<int> wait = select.WaitAsync();
        for (int i = 0; i < 2 * Run; i++)
        {
            channels[1].Writer.TryWrite(i);
            channels[0].Writer.TryWrite(i);
        }

        AssertTook(reads[1], wait.Result, 0);
        for (int i = 1; i < Run; i++) AssertTook(reads[1], select.WaitAsync().Result, i);
        for (int i = 0; i < Run; i++) AssertTook(reads[0], select.WaitAsync().Result, i);
        AssertTook(reads[1], select.WaitAsync().Result, Run);
    }

    [Test]
    public void ABlockedSelectIsWoken()
    {
        int index = -1;
        var thread = new Thread(() => index = _select.Wait());
        thread.Start();
        Assert.That(SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Hang.Patience), Is.True);
        _one.Writer.TryWrite(6);
        Assert.That(thread.Join(Hang.Patience), Is.True, "The thread sleeps on.");
        AssertTook(_first, index, 6);
    }

    [Test]
    public void AnInterruptWakesABlockedSelect()
    {
        bool interrupted = false;
        var thread = new Thread(() =>
        {
            try
            {
                _select.Wait();
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        });
        thread.Start();
        thread.Interrupt();
        Assert.That(thread.Join(Hang.Patience), Is.True, "The thread sleeps on.");
        Assert.That(interrupted, Is.True);
    }

    [Test]
    public void SelectingAllocatesNothing()
    {
        for (int i = 0; i < 100; i++) WaitThenTake();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) WaitThenTake();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000));

        void WaitThenTake()
        {
            ValueTask<int> wait = _select.WaitAsync();
            _one.Writer.TryWrite(1);
            wait.GetAwaiter().GetResult();
            _first.TryTake(out _);
        }
    }

    [Test]
    public void ArgumentsAreChecked()
    {
        Assert.That(() => _select.Read<int>(null!), Throws.ArgumentNullException);
        Assert.That(() => _select.Write<int>(null!), Throws.ArgumentNullException);
        Assert.That(() => _select.WaitAsync(TimeSpan.FromTicks(-3)), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _select.Wait(TimeSpan.MaxValue), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ChannelSelect().WaitAsync(), Throws.InvalidOperationException);
    }

    /// <summary>A select lives on, and is not to hold what its callers have long let go.</summary>
    [Test]
    public void ASelectThatWasCancelledDoesNotHoldItsToken()
    {
        WeakReference source = Cancel(_select);
        Assert.That(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return source.IsAlive;
        }, Is.False.After(5000, 10));
        GC.KeepAlive(_select);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Cancel(ChannelSelect select)
        {
            using var source = new CancellationTokenSource();
            Task<int> wait = select.WaitAsync(source.Token).AsTask();
            source.Cancel();
            Assert.That(async () => await wait, Throws.InstanceOf<OperationCanceledException>());
            return new WeakReference(source);
        }
    }

    private static void AssertTook(SelectRead<int> read, int index, int expected)
    {
        Assert.That(index, Is.EqualTo(read.Index));
        Assert.That(read.TryTake(out int item) ? item : -1, Is.EqualTo(expected));
    }
}
