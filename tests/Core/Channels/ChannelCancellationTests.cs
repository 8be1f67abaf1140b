using System.Runtime.CompilerServices;
using System.Threading.Channels;
using FastCore.Channels.Waiting;

namespace FastCore.Tests.Channels;

/// <summary>Tokens that fire before, while and after an operation waits.</summary>
[TestFixtureSource(typeof(ChannelKind), nameof(ChannelKind.Ours))]
internal sealed class ChannelCancellationTests(ChannelKind kind)
{
    [Test]
    public void AFiredTokenWinsOverAnItem()
    {
        Channel<int> channel = kind.Create<int>();
        channel.Writer.TryWrite(1);
        var fired = new CancellationToken(true);
        Assert.That(channel.Reader.ReadAsync(fired).IsCanceled, Is.True);
        Assert.That(channel.Reader.WaitToReadAsync(fired).IsCanceled, Is.True);
        Assert.That(channel.Writer.WriteAsync(2, fired).IsCanceled, Is.True);
        Assert.That(channel.Writer.WaitToWriteAsync(fired).IsCanceled, Is.True);
        Assert.That(channel.Reader.TryRead(out int item) ? item : 0, Is.EqualTo(1));
        Assert.That(channel.Reader.TryRead(out _), Is.False);
    }

    [Test]
    public void ACancelledReadTakesNothing()
    {
        Channel<int> channel = kind.Create<int>();
        using var source = new CancellationTokenSource();
        Task<int> read = channel.Reader.ReadAsync(source.Token).AsTask();
        source.Cancel();
        Assert.That(
            async () => await read,
            Throws.InstanceOf<OperationCanceledException>().With.Property(nameof(OperationCanceledException.CancellationToken)).EqualTo(source.Token));
        Assert.That(read.IsCanceled, Is.True);
        channel.Writer.TryWrite(1);
        Assert.That(channel.Reader.TryRead(out int item) ? item : 0, Is.EqualTo(1));
    }

    [Test]
    public void ACancelledWaitToReadEnds()
    {
        Channel<int> channel = kind.Create<int>();
        using var source = new CancellationTokenSource();
        Task<bool> wait = channel.Reader.WaitToReadAsync(source.Token).AsTask();
        source.Cancel();
        Assert.That(async () => await wait, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void ACancelledWriteWritesNothing()
    {
        if (!kind.Waits) Assert.Ignore("Its writes never wait.");
        Channel<int> channel = kind.CreateFull();
        using var source = new CancellationTokenSource();
        Task write = channel.Writer.WriteAsync(-1, source.Token).AsTask();
        Task<bool> wait = channel.Writer.WaitToWriteAsync(source.Token).AsTask();
        Task next = channel.Writer.WriteAsync(kind.Capacity!.Value).AsTask();
        source.Cancel();
        Assert.That(async () => await write, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await wait, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(next.IsCompleted, Is.False);
        for (int i = 0; i <= kind.Capacity; i++) Assert.That(channel.Reader.TryRead(out int item) ? item : -1, Is.EqualTo(i));
        Assert.That(channel.Reader.TryRead(out _), Is.False);
        next.GetAwaiter().GetResult();
    }

    [Test]
    public void ATokenThatFiresLaterChangesNothing()
    {
        Channel<int> channel = kind.Create<int>();
        using var source = new CancellationTokenSource();
        ValueTask<int> read = channel.Reader.ReadAsync(source.Token);
        channel.Writer.TryWrite(1);
        source.Cancel();
        Assert.That(read.IsCompletedSuccessfully, Is.True);
        Assert.That(read.GetAwaiter().GetResult(), Is.EqualTo(1));
    }

    /// <summary>dotnet/runtime#125705: there, the wait throws ChannelClosedException where it should say false.</summary>
    [Test]
    public void AfterACancelledReadAWaitEndsWithFalse()
    {
        Channel<int> channel = kind.Create<int>();
        using var source = new CancellationTokenSource();
        Task<int> read = channel.Reader.ReadAsync(source.Token).AsTask();
        source.Cancel();
        Assert.That(async () => await read, Throws.InstanceOf<OperationCanceledException>());
        Task<bool> wait = channel.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
        channel.Writer.Complete();
        Assert.That(wait.GetAwaiter().GetResult(), Is.False);
    }

    [Test]
    public void CancellingFromAContinuationIsAllowed()
    {
        Channel<int> channel = kind.Create<int>();
        using var source = new CancellationTokenSource();
        Task<int> second = Task.CompletedTask.ContinueWith(_ => 0, TaskScheduler.Default);
        Task first = Task.Run(async () =>
        {
            await channel.Reader.ReadAsync();
            second = channel.Reader.ReadAsync(source.Token).AsTask();
            source.Cancel();
        });
        channel.Writer.TryWrite(1);
        first.GetAwaiter().GetResult();
        Assert.That(async () => await second, Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>dotnet/runtime#761: there, cancelled waiters stayed in the channel.</summary>
    [Test]
    public void CancelledOperationsLeaveNothing()
    {
        Channel<int> channel = kind.Create<int>();
        CancelReads(channel, 100);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        CancelReads(channel, 50_000);
        long after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.That(after - before, Is.LessThan(100_000), "Bytes kept after 50 000 cancelled reads.");
        Assert.That(((IWaiterOwner)channel).HasWaiters, Is.False);
    }

    [Test]
    public void ACancelledOperationLetsGoOfItsToken()
    {
        Channel<int> channel = kind.Create<int>();
        WeakReference source = CancelOneRead(channel);
        AssertDies(source);
        GC.KeepAlive(channel);
    }

    [Test]
    public void AnOperationThatEndedLetsGoOfItsItem()
    {
        Channel<object> channel = kind.Create<object>();
        AssertDies(PassThrough(channel, wait: false));
        AssertDies(PassThrough(channel, wait: true));
        GC.KeepAlive(channel);
    }

    [Test]
    public void ACancelledWriteLetsGoOfItsItem()
    {
        if (!kind.Waits) Assert.Ignore("Its writes never wait.");
        Channel<object> channel = kind.Create<object>();
        while (channel.Writer.TryWrite(this))
        {
        }

        AssertDies(CancelOneWrite(channel));
        GC.KeepAlive(channel);
    }

    private static void CancelReads(Channel<int> channel, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using var source = new CancellationTokenSource();
            ValueTask<int> read = channel.Reader.ReadAsync(source.Token);
            ValueTask<bool> wait = channel.Reader.WaitToReadAsync(source.Token);
            source.Cancel();
            if (!read.IsCanceled || !wait.IsCanceled) Assert.Fail("A fired token ends the operation before Cancel returns.");
            Swallow(read);
            Swallow(wait);
        }
    }

    private static void Swallow<T>(ValueTask<T> cancelled)
    {
        try
        {
            cancelled.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // What the caller has just asserted; consuming it is what returns the waiter.
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference CancelOneRead(Channel<int> channel)
    {
        var source = new CancellationTokenSource();
        ValueTask<int> read = channel.Reader.ReadAsync(source.Token);
        source.Cancel();
        Swallow(read);
        return new WeakReference(source);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference CancelOneWrite(Channel<object> channel)
    {
        object item = new();
        using var source = new CancellationTokenSource();
        ValueTask write = channel.Writer.WriteAsync(item, source.Token);
        source.Cancel();
        Assert.That(write.IsCanceled, Is.True);
        try
        {
            write.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // Asserted above.
        }

        return new WeakReference(item);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference PassThrough(Channel<object> channel, bool wait)
    {
        object item = new();
        ValueTask<object> early = wait ? channel.Reader.ReadAsync() : default;
        channel.Writer.TryWrite(item);
        object read = wait ? early.GetAwaiter().GetResult() : channel.Reader.ReadAsync().GetAwaiter().GetResult();
        Assert.That(read, Is.SameAs(item));
        return new WeakReference(item);
    }

    private static void AssertDies(WeakReference reference)
    {
        for (int i = 0; i < 5 && reference.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.That(reference.IsAlive, Is.False);
    }
}
