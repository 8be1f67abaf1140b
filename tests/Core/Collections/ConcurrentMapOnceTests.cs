using FastCore.Collections;

namespace FastCore.Tests.Collections;

/// <summary>Factories that run once for all who ask.</summary>
[TestFixture]
[CancelAfter(Hang.Milliseconds)]
internal sealed class ConcurrentMapOnceTests
{
    private readonly ConcurrentMap<string, int> _map = new();

    [SetUp]
    public void Clear() => _map.Clear();

    [Test]
    public void OfManyWhoAskAtOnceOneRunsItsFactory()
    {
        const int Threads = 4;
        for (int round = 0; round < 50; round++)
        {
            string key = $"key {round}";
            int calls = 0;
            using var barrier = new Barrier(Threads);
            int[] values = new int[Threads];
            Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
            {
                barrier.SignalAndWait();
                values[number] = _map.GetOrAddOnce(key, _ =>
                {
                    Thread.Yield();
                    return Interlocked.Increment(ref calls);
                });
            }))];
            foreach (Thread thread in threads) thread.Start();
            foreach (Thread thread in threads) thread.Join();
            Assert.That(calls, Is.EqualTo(1));
            Assert.That(values, Is.All.EqualTo(1));
        }
    }

    [Test]
    public void AFailureIsThrownAndNotKept()
    {
        Assert.That(() => _map.GetOrAddOnce("a", static _ => throw new InvalidDataException("first")), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("first"));
        Assert.That(_map.ContainsKey("a"), Is.False);
        Assert.That(_map.GetOrAddOnce("a", static (_, value) => value, 2), Is.EqualTo(2));
        Assert.That(_map.GetOrAddOnce("a", static _ => 3), Is.EqualTo(2));
    }

    [Test]
    public async Task AFailureIsThrownToAllWhoWait(CancellationToken cancellationToken)
    {
        var gate = new TaskCompletionSource<int>();
        int calls = 0;
        Task<int>[] tasks = [.. Enumerable.Range(0, 3).Select(_ => _map.GetOrAddAsync("a", (_, _) => { calls++; return new(gate.Task); }, cancellationToken).AsTask())];
        gate.SetException(new InvalidDataException());
        foreach (Task<int> task in tasks) await Assert.ThatAsync(() => task, Throws.TypeOf<InvalidDataException>());
        Assert.That(calls, Is.EqualTo(1));
        Assert.That(await _map.GetOrAddAsync("a", static (_, _) => new(4), cancellationToken), Is.EqualTo(4), "The next call runs its factory.");
    }

    [Test]
    public async Task AWaiterThatCancelsLeavesAlone(CancellationToken cancellationToken)
    {
        var gate = new TaskCompletionSource<int>();
        using var first = new CancellationTokenSource();
        CancellationToken factory = default;
        Task<int> leaves = _map.GetOrAddAsync("a", (_, token) => { factory = token; return new(gate.Task); }, first.Token).AsTask();
        Task<int> stays = _map.GetOrAddAsync("a", static (_, _) => new(0), cancellationToken).AsTask();
        first.Cancel();
        await Assert.ThatAsync(() => leaves, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(factory.IsCancellationRequested, Is.False, "Somebody still waits.");
        gate.SetResult(7);
        Assert.That(await stays, Is.EqualTo(7));
        Assert.That(_map["a"], Is.EqualTo(7));
    }

    [Test]
    public async Task TheLastWhoCancelsCancelsTheFactoryAndWhoComesThenBeginsAnew(CancellationToken cancellationToken)
    {
        using var source = new CancellationTokenSource();
        var gate = new TaskCompletionSource<int>();
        Task<int> leaves = _map.GetOrAddAsync("a", (_, token) => { token.Register(() => gate.TrySetCanceled(token)); return new(gate.Task); }, source.Token).AsTask();
        source.Cancel();
        await Assert.ThatAsync(() => leaves, Throws.InstanceOf<OperationCanceledException>());
        await Assert.ThatAsync(() => gate.Task, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await _map.GetOrAddAsync("a", static (_, _) => new(5), cancellationToken), Is.EqualTo(5));
    }

    [Test]
    public async Task WhoJoinsAnAbandonedFactoryRunsAnother(CancellationToken cancellationToken)
    {
        using var source = new CancellationTokenSource();
        var gate = new TaskCompletionSource<int>();
        CancellationToken abandoned = default;
        Task<int> leaves = _map.GetOrAddAsync("a", (_, token) => { abandoned = token; return new(gate.Task); }, source.Token).AsTask();
        source.Cancel();
        await Assert.ThatAsync(() => leaves, Throws.InstanceOf<OperationCanceledException>());
        Task<int> joins = _map.GetOrAddAsync("a", static (_, _) => new(6), cancellationToken).AsTask();
        Assert.That(joins.IsCompleted, Is.False, "Two factories for a key never run at once.");
        gate.SetCanceled(abandoned);
        Assert.That(await joins, Is.EqualTo(6));
    }

    /// <summary>What the factory has made may go by its token for as long as it lives.</summary>
    [Test]
    public async Task TheTokenOfAFactoryThatHasEndedStaysSilent(CancellationToken cancellationToken)
    {
        CancellationToken first = default;
        Assert.That(await _map.GetOrAddAsync("a", (_, token) => { first = token; return new(1); }, cancellationToken), Is.EqualTo(1));
        var gate = new TaskCompletionSource<int>();
        CancellationToken second = default;
        Task<int>[] tasks = [.. Enumerable.Range(0, 3).Select(_ => _map.GetOrAddAsync("b", (_, token) => { second = token; return new(gate.Task); }, cancellationToken).AsTask())];
        gate.SetResult(2);
        foreach (Task<int> task in tasks) Assert.That(await task, Is.EqualTo(2));
        Assert.That(first.IsCancellationRequested || second.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task WhatAFactoryDoesAtItsTokensCallIsNotTheCallers(CancellationToken cancellationToken)
    {
        using var source = new CancellationTokenSource();
        var gate = new TaskCompletionSource<int>();
        Task<int> leaves = _map.GetOrAddAsync("a", (_, token) =>
        {
            token.Register(() =>
            {
                gate.TrySetCanceled(token);
                throw new InvalidDataException("of the factory");
            });
            return new(gate.Task);
        }, source.Token).AsTask();
        source.Cancel();
        await Assert.ThatAsync(() => leaves, Throws.InstanceOf<OperationCanceledException>());
        await Assert.ThatAsync(() => gate.Task.WaitAsync(cancellationToken), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void ACancelledTokenIsToldUnlessTheKeyIsThere()
    {
        Assert.That(() => _map.GetOrAddAsync("a", static (_, _) => new(1), new CancellationToken(true)).AsTask(), Throws.InstanceOf<OperationCanceledException>());
        _map["a"] = 2;
        Assert.That(_map.GetOrAddAsync("a", static (_, _) => new(1), new CancellationToken(true)).Result, Is.EqualTo(2));
    }

    [Test]
    public void AFactoryThatAsksForItsOwnKeyIsTold()
    {
        Assert.That(() => _map.GetOrAddOnce("a", key => _map.GetOrAddOnce(key, static _ => 1)), Throws.InvalidOperationException);
        Assert.That(() => _map.GetOrAddOnce("a", key => _map.GetOrAddOnce("b", _ => _map.GetOrAddOnce(key, static _ => 1))), Throws.InvalidOperationException);
        Assert.That(() => _map.GetOrAddAsync("a", async (key, token) =>
        {
            await Task.Yield();
            return await _map.GetOrAddAsync(key, static (_, _) => new(1), token);
        }).AsTask(), Throws.InvalidOperationException);
        Assert.That(_map, Is.Empty);
        Assert.That(_map.GetOrAddOnce("a", _ => _map.GetOrAddOnce("b", static _ => 1) + 1), Is.EqualTo(2), "Another key is no circle.");
    }

    /// <summary>Each factory asks for the other's key when both run: the second to ask is told, and so is the first through it.</summary>
    [Test]
    public async Task FactoriesThatWaitForEachOtherAreTold(CancellationToken cancellationToken)
    {
        var firstRuns = new TaskCompletionSource();
        var secondRuns = new TaskCompletionSource();
        Task<int> first = Task.Run(() => _map.GetOrAddAsync("a", async (_, token) =>
        {
            firstRuns.SetResult();
            await secondRuns.Task;
            return await _map.GetOrAddAsync("b", static (_, _) => new(1), token);
        }, cancellationToken).AsTask(), cancellationToken);
        Task<int> second = Task.Run(() => _map.GetOrAddAsync("b", async (_, token) =>
        {
            secondRuns.SetResult();
            await firstRuns.Task;
            return await _map.GetOrAddAsync("a", static (_, _) => new(1), token);
        }, cancellationToken).AsTask(), cancellationToken);
        await Assert.ThatAsync(() => Task.WhenAll(first, second), Throws.InvalidOperationException);
    }

    /// <summary>Between a factory's end and its value's arrival, those who want it may still leave.</summary>
    [Test]
    public void WhatComesFirstOfAnEndAndTheLastLeaveHolds()
    {
        var ended = new OnceCall<int>();
        ended.Join();
        ended.EndFactory();
        ended.Leave();
        Assert.That(ended.Abandoned.IsCancellationRequested, Is.False);
        var left = new OnceCall<int>();
        left.Join();
        left.Leave();
        left.EndFactory();
        Assert.That(left.Abandoned.IsCancellationRequested, Is.True);
    }

    [Test]
    public void AValueThatCameAnotherWayWins()
    {
        Assert.That(_map.GetOrAddOnce("a", key => _map.TryAdd(key, 1) ? 2 : 0), Is.EqualTo(1));
        Assert.That(_map["a"], Is.EqualTo(1));
    }

    [Test]
    public async Task ABlockingCallerJoinsAnAsynchronousFactory(CancellationToken cancellationToken)
    {
        var gate = new TaskCompletionSource<int>();
        Task<int> asynchronous = _map.GetOrAddAsync("a", (_, _) => new(gate.Task), cancellationToken).AsTask();
        Task<int> blocking = Task.Run(() => _map.GetOrAddOnce("a", static _ => 0), cancellationToken);
        gate.SetResult(3);
        Assert.That(await blocking, Is.EqualTo(3));
        Assert.That(await asynchronous, Is.EqualTo(3));
    }

    [Test]
    public void PlainKeysToo()
    {
        var map = new ConcurrentMap<long, string>();
        Assert.That(map.GetOrAddOnce(1, static key => $"{key}"), Is.EqualTo("1"));
        Assert.That(map.GetOrAddAsync(2, static (key, _) => new($"{key}")).Result, Is.EqualTo("2"));
    }
}
