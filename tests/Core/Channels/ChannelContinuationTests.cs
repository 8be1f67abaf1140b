using System.Threading.Channels;

namespace FastCore.Tests.Channels;

/// <summary>On which thread what was awaited goes on.</summary>
[TestFixtureSource(typeof(ChannelKind), nameof(ChannelKind.Ours))]
internal sealed class ChannelContinuationTests(ChannelKind kind)
{
    [Test]
    public void AReaderGoesOnWhereTheOptionsSay()
    {
        Channel<int> channel = kind.Create<int>();
        (bool inside, Task done) = Observe(() => channel.Reader.ReadAsync().ConfigureAwait(false).GetAwaiter(), static (awaiter, action) => awaiter.UnsafeOnCompleted(action), () => channel.Writer.TryWrite(1));
        Assert.That(inside, Is.EqualTo(kind.IsInline));
        done.GetAwaiter().GetResult();
    }

    [Test]
    public void AWriterGoesOnWhereTheOptionsSay()
    {
        if (!kind.Waits) Assert.Ignore("Its writes never wait.");
        Channel<int> channel = kind.CreateFull();
        (bool inside, Task done) = Observe(() => channel.Writer.WriteAsync(1).ConfigureAwait(false).GetAwaiter(), static (awaiter, action) => awaiter.UnsafeOnCompleted(action), () => channel.Reader.TryRead(out _));
        Assert.That(inside, Is.EqualTo(kind.IsInline));
        done.GetAwaiter().GetResult();
    }

    [Test]
    public void ACancelledReaderNeverGoesOnInsideCancel()
    {
        Channel<int> channel = kind.Create<int>();
        using var source = new CancellationTokenSource();
        (bool inside, Task done) = Observe(() => channel.Reader.ReadAsync(source.Token).ConfigureAwait(false).GetAwaiter(), static (awaiter, action) => awaiter.UnsafeOnCompleted(action), source.Cancel);
        Assert.That(inside, Is.False);
        done.GetAwaiter().GetResult();
    }

    [Test]
    public void WhatWaitsForTheEndGoesOnWhereTheOptionsSay()
    {
        Channel<int> channel = kind.Create<int>();
        (bool inside, Task done) = Observe(() => channel.Reader.Completion, ContinueInline, () => channel.Writer.TryComplete());
        Assert.That(inside, Is.EqualTo(kind.IsInline));
        done.GetAwaiter().GetResult();
    }

    [Test]
    public void WhatWaitsForTheEndGoesOnInsideTheReadOfTheLastItem()
    {
        Channel<int> channel = kind.Create<int>();
        channel.Writer.TryWrite(1);
        channel.Writer.Complete();
        (bool inside, Task done) = Observe(() => channel.Reader.Completion, ContinueInline, () => channel.Reader.TryRead(out _));
        Assert.That(inside, Is.EqualTo(kind.IsInline));
        done.GetAwaiter().GetResult();
    }

    /// <summary>A token that could fire, and does not, changes nothing about it.</summary>
    [Test]
    public void AReaderWithATokenGoesOnWhereTheOptionsSay()
    {
        Channel<int> channel = kind.Create<int>();
        using var source = new CancellationTokenSource();
        (bool inside, Task done) = Observe(() => channel.Reader.WaitToReadAsync(source.Token).ConfigureAwait(false).GetAwaiter(), static (awaiter, action) => awaiter.UnsafeOnCompleted(action), () => channel.Writer.TryWrite(1));
        Assert.That(inside, Is.EqualTo(kind.IsInline));
        done.GetAwaiter().GetResult();
    }

    /// <summary>Of several that go on at once, only the last runs inside, so that none waits for another's code.</summary>
    [Test]
    public void OneInlineContinuationMayWaitForTheOthers()
    {
        if (!kind.TakesManyReads) Assert.Ignore("One read waits at a time.");
        Channel<int> channel = kind.Create<int>();
        using var others = new CountdownEvent(2);
        Task[] waits = [.. Enumerable.Range(0, 3).Select(async index =>
        {
            await channel.Reader.WaitToReadAsync().ConfigureAwait(false);
            if (index < 2) others.Signal();
            else Assert.That(others.Wait(Hang.Patience), Is.True, "The other two have gone on.");
        })];
        channel.Writer.TryWrite(1);
        Task.WhenAll(waits).GetAwaiter().GetResult();
    }

    [Test]
    public void TheCapturedContextIsHonoured()
    {
        Channel<int> channel = kind.Create<int>();
        using var context = new QueueContext();
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        Task<SynchronizationContext?> reading;
        try
        {
            reading = ReadAndTellContext(channel.Reader);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        channel.Writer.TryWrite(1);
        Assert.That(reading.IsCompleted, Is.False, "It is posted, and waits for the context to run it.");
        context.RunOne();
        Assert.That(reading.GetAwaiter().GetResult(), Is.SameAs(context));
    }

    /// <summary>Everything may be called from a continuation that runs inside another call.</summary>
    [Test]
    public void AContinuationMayUseTheChannel()
    {
        Channel<int> channel = kind.Create<int>();
        Task<int> sum = ReadWriteAndClose(channel);
        channel.Writer.TryWrite(1);
        Assert.That(sum.GetAwaiter().GetResult(), Is.EqualTo(3));
    }

    private static async Task<int> ReadWriteAndClose(Channel<int> channel)
    {
        int sum = await channel.Reader.ReadAsync().ConfigureAwait(false);
        await channel.Writer.WriteAsync(2).ConfigureAwait(false);
        channel.Writer.Complete();
        await foreach (int item in channel.Reader.ReadAllAsync().ConfigureAwait(false)) sum += item;
        return sum;
    }

    private static async Task<SynchronizationContext?> ReadAndTellContext(ChannelReader<int> reader)
    {
        await reader.ReadAsync();
        return SynchronizationContext.Current;
    }

    private static void ContinueInline(Task task, Action action) =>
        task.ContinueWith(_ => action(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Whether the continuation ran on this thread while <paramref name="release"/> did.</summary>
    private static (bool Inside, Task Done) Observe<TAwaiter>(Func<TAwaiter> start, Action<TAwaiter, Action> register, Action release)
    {
        int releasing = Environment.CurrentManagedThreadId;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isReleasing = false;
        bool inside = false;
        register(start(), () =>
        {
            inside = Environment.CurrentManagedThreadId == releasing && Volatile.Read(ref isReleasing);
            done.SetResult();
        });
        isReleasing = true;
        release();
        Volatile.Write(ref isReleasing, false);
        done.Task.GetAwaiter().GetResult();
        return (inside, done.Task);
    }

    private static (bool Inside, Task Done) Observe<TAwaiter>(Func<TAwaiter> start, Action<TAwaiter, Action> register, Func<bool> release) =>
        Observe(start, register, () => { release(); });

    private sealed class QueueContext : SynchronizationContext, IDisposable
    {
        private readonly System.Collections.Concurrent.BlockingCollection<Action> _posted = [];

        public override void Post(SendOrPostCallback d, object? state) => _posted.Add(() =>
        {
            SetSynchronizationContext(this);
            d(state);
            SetSynchronizationContext(null);
        });

        public void Dispose() => _posted.Dispose();

        internal void RunOne() => _posted.Take()();
    }
}
