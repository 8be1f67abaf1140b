using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FastCore.Tests.Channels;

/// <summary>The end of every kind of channel.</summary>
[TestFixtureSource(typeof(ChannelKind), nameof(ChannelKind.All))]
internal sealed class ChannelCompletionTests(ChannelKind kind)
{
    private sealed class TestException : Exception;

    [Test]
    public void CompletesOnce()
    {
        Channel<int> channel = kind.Create<int>();
        Assert.That(channel.Writer.TryComplete(), Is.True);
        Assert.That(channel.Writer.TryComplete(), Is.False);
        Assert.That(channel.Writer.TryComplete(new TestException()), Is.False);
        Assert.That(() => channel.Writer.Complete(), Throws.InstanceOf<ChannelClosedException>());
        Assert.That(channel.Reader.Completion.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public void CompletionWaitsForTheLastItem()
    {
        Channel<int> channel = kind.Create<int>();
        channel.Writer.TryWrite(1);
        channel.Writer.Complete();
        Task completion = channel.Reader.Completion;
        Assert.That(completion.IsCompleted, Is.False);
        Assert.That(channel.Writer.TryWrite(2), Is.False);
        Assert.That(channel.Reader.WaitToReadAsync() is { IsCompletedSuccessfully: true, Result: true }, Is.True);
        Assert.That(channel.Reader.TryRead(out _), Is.True);
        Assert.That(completion.IsCompletedSuccessfully, Is.True);
        Assert.That(channel.Reader.Completion, Is.SameAs(completion));
    }

    [Test]
    public void ARefusedWriteLeavesNothing()
    {
        Channel<int> channel = kind.Create<int>();
        channel.Writer.Complete();
        Assert.That(channel.Writer.TryWrite(1), Is.False);
        Assert.That(channel.Reader.Count, Is.Zero);
        Assert.That(channel.Reader.TryRead(out _), Is.False);
        Assert.That(channel.Reader.TryPeek(out _), Is.False);
    }

    [Test]
    public void LaterOperationsFail()
    {
        Channel<int> channel = kind.Create<int>();
        channel.Writer.Complete();
        Assert.That(channel.Reader.WaitToReadAsync() is { IsCompletedSuccessfully: true, Result: false }, Is.True);
        Assert.That(channel.Writer.WaitToWriteAsync() is { IsCompletedSuccessfully: true, Result: false }, Is.True);
        Assert.That(async () => await channel.Reader.ReadAsync(), Throws.InstanceOf<ChannelClosedException>().With.InnerException.Null);
        Assert.That(async () => await channel.Writer.WriteAsync(1), Throws.InstanceOf<ChannelClosedException>().With.InnerException.Null);
    }

    [Test]
    public void LaterOperationsFailWithTheError()
    {
        Channel<int> channel = kind.Create<int>();
        var error = new TestException();
        channel.Writer.Complete(error);
        Assert.That(async () => await channel.Reader.Completion, Throws.Exception.SameAs(error));
        Assert.That(async () => await channel.Reader.WaitToReadAsync(), Throws.Exception.SameAs(error));
        Assert.That(async () => await channel.Writer.WaitToWriteAsync(), Throws.Exception.SameAs(error));
        Assert.That(async () => await channel.Reader.ReadAsync(), Throws.InstanceOf<ChannelClosedException>().With.InnerException.SameAs(error));
        Assert.That(async () => await channel.Writer.WriteAsync(1), Throws.InstanceOf<ChannelClosedException>().With.InnerException.SameAs(error));
    }

    [Test]
    public void WaitingReadsEnd()
    {
        Channel<int> channel = kind.Create<int>();
        Task<int> read = channel.Reader.ReadAsync().AsTask();
        Task<bool> wait = channel.Reader.WaitToReadAsync().AsTask();
        channel.Writer.Complete();
        Assert.That(async () => await read, Throws.InstanceOf<ChannelClosedException>());
        Assert.That(wait.GetAwaiter().GetResult(), Is.False);
    }

    [Test]
    public void WaitingReadsEndWithTheError()
    {
        Channel<int> channel = kind.Create<int>();
        var error = new TestException();
        Task<int> read = channel.Reader.ReadAsync().AsTask();
        Task<bool> wait = channel.Reader.WaitToReadAsync().AsTask();
        channel.Writer.Complete(error);
        Assert.That(async () => await read, Throws.InstanceOf<ChannelClosedException>().With.InnerException.SameAs(error));
        Assert.That(async () => await wait, Throws.Exception.SameAs(error));
    }

    [Test]
    public void WaitingWritesEndAndWriteNothing()
    {
        if (!kind.Waits) Assert.Ignore("Its writes never wait.");
        Channel<int> channel = kind.CreateFull();
        var error = new TestException();
        Task write = channel.Writer.WriteAsync(-1).AsTask();
        Task<bool> wait = channel.Writer.WaitToWriteAsync().AsTask();
        channel.Writer.Complete(error);
        Assert.That(async () => await write, Throws.InstanceOf<ChannelClosedException>().With.InnerException.SameAs(error));
        Assert.That(async () => await wait, Throws.Exception.SameAs(error));
        for (int i = 0; i < kind.Capacity; i++) Assert.That(channel.Reader.TryRead(out int item) ? item : -1, Is.EqualTo(i));
        Assert.That(channel.Reader.TryRead(out _), Is.False);
    }

    [Test]
    public void AClosingByCancellationIsACancellation()
    {
        Channel<int> channel = kind.Create<int>();
        using var source = new CancellationTokenSource();
        source.Cancel();
        Task<int> waiting = channel.Reader.ReadAsync().AsTask();
        channel.Writer.Complete(new OperationCanceledException(source.Token));
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(channel.Reader.Completion.IsCanceled, Is.True);
        Assert.That(channel.Reader.ReadAsync().AsTask().IsCanceled, Is.True);
        Assert.That(async () => await channel.Writer.WriteAsync(1), Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>The error has been told to readers and writers; that nobody asks Completion too is no mistake.</summary>
    [Test]
    public void AnErrorThatNobodyAsksCompletionForIsNotUnobserved()
    {
        var unobserved = new List<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> hear = (_, told) =>
        {
            if (told.Exception.InnerException is not TestException) return;
            lock (unobserved) unobserved.Add(told.Exception);
            told.SetObserved();
        };
        TaskScheduler.UnobservedTaskException += hear;
        try
        {
            End();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.That(unobserved, Is.Empty);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= hear;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        void End() => kind.Create<int>().Writer.Complete(new TestException());
    }

    [Test]
    public async Task CompletionIsToldBeforeTheWaiters()
    {
        Channel<int> channel = kind.Create<int>();
        Task<bool> completedFirst = Task.Run(async () =>
        {
            while (await channel.Reader.WaitToReadAsync()) channel.Reader.TryRead(out _);
            return channel.Reader.Completion.IsCompleted;
        });
        await channel.Writer.WriteAsync(1);
        channel.Writer.Complete();
        Assert.That(await completedFirst, Is.True);
    }
}
