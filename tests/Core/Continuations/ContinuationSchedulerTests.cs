using System.Collections.Concurrent;
using System.Threading.Channels;
using FastCore.Channels;
using FastCore.Continuations;

namespace FastCore.Tests.Continuations;

/// <summary>Where the code behind an await goes on, for each kind of channel operation and each choice.</summary>
[TestFixture]
internal sealed class ContinuationSchedulerTests
{
    public enum Operation
    {
        Read,
        WaitToRead,
        Write,
        WaitToWrite,
        Select,
        ReadBatch,
    }

    [Test]
    public void OnTheThreadPool([Values] Operation operation) => Run(operation, ContinuationScheduler.ThreadPool, (starter, thread) =>
    {
        Assert.That(thread, Is.Not.SameAs(starter));
        Assert.That(thread.IsThreadPoolThread, Is.True);
    });

    [Test]
    public void Inside([Values(Operation.Read, Operation.WaitToRead, Operation.Write, Operation.WaitToWrite, Operation.Select)] Operation operation) =>
        Run(operation, ContinuationScheduler.Inline, (starter, thread) => Assert.That(thread, Is.SameAs(starter)));

    [Test]
    public void OnATaskScheduler([Values] Operation operation)
    {
        using var scheduler = new OneThread();
        Run(operation, ContinuationScheduler.From(scheduler), (_, thread) => Assert.That(thread, Is.SameAs(scheduler.Thread)));
    }

    [Test]
    public void OnOneOfYourOwn([Values] Operation operation)
    {
        using var scheduler = new OneThread();
        Run(operation, new Own(scheduler), (_, thread) => Assert.That(thread, Is.SameAs(scheduler.Thread)));
    }

    [Test]
    public void AllowSynchronousContinuationsMeansInside()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(new BoundedChannelOptions(1) { AllowSynchronousContinuations = true });
        Thread? thread = null;
        channel.Reader.ReadAsync().ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => thread = Thread.CurrentThread);
        channel.Writer.TryWrite(1);
        Assert.That(thread, Is.SameAs(Thread.CurrentThread));
    }

    [Test]
    public void ASchedulerIsNeeded() => Assert.That(() => ContinuationScheduler.From(null!), Throws.ArgumentNullException);

    private static void Run(Operation operation, ContinuationScheduler where, Action<Thread, Thread> check)
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(new BoundedChannelOptions(1), itemDropped: null, where);
        if (operation is Operation.Write or Operation.WaitToWrite) channel.Writer.TryWrite(0);
        using var done = new ManualResetEventSlim();
        Thread? thread = null;
        Action note = () =>
        {
            thread = Thread.CurrentThread;
            done.Set();
        };
        switch (operation)
        {
            case Operation.Read:
                channel.Reader.ReadAsync().ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(note);
                break;
            case Operation.WaitToRead:
                channel.Reader.WaitToReadAsync().ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(note);
                break;
            case Operation.Write:
                channel.Writer.WriteAsync(1).ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(note);
                break;
            case Operation.WaitToWrite:
                channel.Writer.WaitToWriteAsync().ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(note);
                break;
            case Operation.Select:
                var select = new ChannelSelect();
                select.Read(channel.Reader);
                select.WaitAsync().ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(note);
                break;
            default:
                // What is behind it is the method's own await, and then the caller's.
                channel.Reader.ReadBatchAsync(new int[1]).ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(note);
                break;
        }

        if (operation is Operation.Write or Operation.WaitToWrite) channel.Reader.TryRead(out _);
        else channel.Writer.TryWrite(1);
        Assert.That(done.Wait(Hang.Patience), Is.True);
        check(Thread.CurrentThread, thread!);
    }

    private sealed class Own(TaskScheduler scheduler) : ContinuationScheduler
    {
        public override void Schedule(Action<object?> action, object? state) =>
            Task.Factory.StartNew(action, state, CancellationToken.None, TaskCreationOptions.None, scheduler);
    }

    private sealed class OneThread : TaskScheduler, IDisposable
    {
        private readonly BlockingCollection<Task> _tasks = [];

        internal OneThread()
        {
            Thread = new Thread(() =>
            {
                foreach (Task task in _tasks.GetConsumingEnumerable()) TryExecuteTask(task);
            });
            Thread.Start();
        }

        internal Thread Thread { get; }

        public void Dispose()
        {
            _tasks.CompleteAdding();
            Thread.Join();
            _tasks.Dispose();
        }

        protected override IEnumerable<Task> GetScheduledTasks() => _tasks;

        protected override void QueueTask(Task task) => _tasks.Add(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;
    }
}
