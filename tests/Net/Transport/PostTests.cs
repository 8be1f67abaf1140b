using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Transport;

internal sealed class PostTests(TransportKind kind) : TransportTest(kind)
{
    [Test]
    public void Posts_of_many_threads_keep_each_threads_order_and_none_is_lost()
    {
        const int Threads = 8, Posts = 20_000;
        var reactor = Start();
        var next = new int[Threads];
        var outOfOrder = 0;
        var threads = Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(() =>
        {
            for (var i = 0; i < Posts; i++)
            {
                var number = i;
                reactor.Post(() =>
                {
                    if (next[thread]++ != number) outOfOrder++;
                });
            }
        }, TaskCreationOptions.LongRunning)).ToArray();
        Within(Task.WhenAll(threads));
        On(reactor, () => Assert.That(next, Is.All.EqualTo(Posts)));
        Assert.That(outOfOrder, Is.Zero);
    }

    [Test]
    public void One_post_into_silence_always_wakes()
    {
        var reactor = Start();
        for (var i = 0; i < 20_000; i++) On(reactor, static () => { });
    }

    [Test]
    public void An_await_resumes_on_the_reactor()
    {
        var reactor = Start();
        var result = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        async void Handle()
        {
            var resumed = true;
            for (var i = 0; i < 100; i++)
            {
                await Task.Run(static () => { });
                resumed &= reactor.IsCurrent;
                await Task.Yield();
                resumed &= reactor.IsCurrent;
            }
            result.SetResult(resumed);
        }
        reactor.Post(Handle);
        Assert.That(Within(result.Task), Is.True);
        Assert.That(reactor.IsCurrent, Is.False);
    }

    [Test]
    public void After_the_end_posts_are_refused_and_awaits_resume_elsewhere()
    {
        var reactor = Start();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        async void Handle()
        {
            await gate.Task;
            resumed.SetResult();
        }
        On(reactor, Handle);
        reactor.Dispose();
        gate.SetResult();
        Within(resumed.Task);
        Assert.Multiple(() =>
        {
            Assert.That(reactor.TryPost(static _ => { }, null), Is.False);
            Assert.That(() => reactor.Post(static () => { }), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => reactor.Listen(Loopback, ScriptedConnection.Echo), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => reactor.Connect(Loopback, new ScriptedConnection()), Throws.InstanceOf<ObjectDisposedException>());
        });
    }

    [Test]
    public void Every_post_accepted_before_the_end_runs()
    {
        for (var round = 0; round < 5; round++)
        {
            var reactor = Start();
            var accepted = 0;
            var ran = 0;
            var posters = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
            {
                while (reactor.TryPost(_ => ran++, null)) Interlocked.Increment(ref accepted);
            }, TaskCreationOptions.LongRunning)).ToArray();
            On(reactor, static () => { });
            reactor.Dispose();
            Within(Task.WhenAll(posters));
            Assert.That(ran, Is.EqualTo(accepted));
        }
    }
}
