using System.Runtime.CompilerServices;
using FastCore.Channels;

namespace FastCore.Tests.Channels;

/// <summary>The timers that a channel and a select keep for the next wait hold nothing of who waited first.</summary>
[TestFixture]
internal sealed class ChannelTimerFlowTests
{
    private static readonly AsyncLocal<object?> Local = new();

    [Test]
    public void AChannelThatGathersABatchHoldsNoAsyncLocals()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(10);
        AssertLetsGo(() =>
        {
            channel.Writer.TryWrite(1);
            ValueTask<int> batch = channel.Reader.ReadBatchAsync(new int[2], TimeSpan.FromMinutes(1));
            Assert.That(batch.IsCompleted, Is.False);
            channel.Writer.TryWrite(2);
            Assert.That(batch.AsTask().GetAwaiter().GetResult(), Is.EqualTo(2));
        });
        GC.KeepAlive(channel);
    }

    [Test]
    public void ASelectWithATimeHoldsNoAsyncLocals()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(10);
        var select = new ChannelSelect();
        SelectRead<int> read = select.Read(channel.Reader);
        AssertLetsGo(() =>
        {
            ValueTask<int> wait = select.WaitAsync(TimeSpan.FromMinutes(1));
            Assert.That(wait.IsCompleted, Is.False);
            channel.Writer.TryWrite(1);
            Assert.That(wait.AsTask().GetAwaiter().GetResult(), Is.EqualTo(read.Index));
            Assert.That(read.TryTake(out _), Is.True);
        });
        GC.KeepAlive(select);
    }

    private static void AssertLetsGo(Action wait)
    {
        WeakReference value = Run(wait);
        Assert.That(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return value.IsAlive;
        }, Is.False.After(5000, 10));
    }

    /// <summary>On a thread of its own, so that nothing else carries what flows.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Run(Action wait)
    {
        WeakReference? value = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            Local.Value = new object();
            value = new WeakReference(Local.Value);
            try
            {
                wait();
                Assert.That(ExecutionContext.IsFlowSuppressed(), Is.False, "The caller's flow goes on.");
            }
            catch (Exception thrown)
            {
                failure = thrown;
            }
        });
        thread.Start();
        thread.Join();
        Assert.That(failure, Is.Null);
        return value!;
    }
}
