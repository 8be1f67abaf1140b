using System.Runtime.CompilerServices;
using FastCore.Channels;
using FastCore.Diagnostics;
using FastCore.Scheduling;

namespace FastCore.Tests.Diagnostics;

/// <summary>What a live view can see, and that seeing keeps nothing alive.</summary>
[TestFixture]
internal sealed class LiveRegistryTests
{
    [Test]
    public void WhatIsRegisteredIsFoundByItsType()
    {
        FastChannel<string> channel = FastChannel.CreateUnbounded<string>();
        var other = new object();
        LiveRegistry.Register("found", channel);
        LiveRegistry.Register("found", other);
        Assert.That(LiveRegistry.Of<ILiveChannel>(), Has.Exactly(1).EqualTo(("found", (ILiveChannel)channel)));
        Assert.That(LiveRegistry.Of<Version>(), Is.Empty);
        LiveRegistry.Unregister(channel);
        Assert.That(LiveRegistry.Of<ILiveChannel>().Select(entry => entry.Target), Has.None.SameAs(channel));
        LiveRegistry.Unregister(other);
    }

    [Test]
    public void NothingIsKeptAlive()
    {
        RegisterAndForget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.That(LiveRegistry.Of<ILiveChannel>().Select(entry => entry.Name), Has.None.EqualTo("forgotten"));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void RegisterAndForget() => LiveRegistry.Register("forgotten", FastChannel.CreateBounded<int>(1));
    }

    [Test]
    public async Task AChannelTellsHowItStands()
    {
        FastChannel<int> bounded = FastChannel.CreateBounded<int>(2);
        Assert.That(bounded.Look(), Is.EqualTo(new ChannelLook(2, 0, 0, 0, false)));
        await bounded.Writer.WriteAsync(1);
        await bounded.Writer.WriteAsync(2);
        ValueTask third = bounded.Writer.WriteAsync(3);
        Assert.That(bounded.Look(), Is.EqualTo(new ChannelLook(2, 2, 0, 1, false)));
        await bounded.Reader.ReadAsync();
        await third;
        bounded.Writer.Complete();
        Assert.That(bounded.Look(), Is.EqualTo(new ChannelLook(2, 2, 0, 0, true)));

        FastChannel<int> rendezvous = FastChannel.CreateBounded<int>(0);
        ValueTask<int> read = rendezvous.Reader.ReadAsync();
        Assert.That(rendezvous.Look(), Is.EqualTo(new ChannelLook(0, 0, 1, 0, false)));
        await rendezvous.Writer.WriteAsync(1);
        await read;
        Assert.That(FastChannel.CreateUnbounded<int>().Look().Capacity, Is.Null);
    }

    [Test]
    public void ASchedulerTellsWhatItsWorkersDo()
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1, SpareWorkers = 0, Name = "looked at", RecordSpawnPlaces = true });
        using var entered = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        scheduler.Spawn(() =>
        {
            entered.Set();
            gate.Wait();
        });
        entered.Wait();
        scheduler.Spawn(static () => { });
        Assert.That(SpinWait.SpinUntil(() => scheduler.LookAtWorkers()[0].RunningFor > TimeSpan.Zero, Hang.Milliseconds));
        WorkerLook worker = scheduler.LookAtWorkers().Single();
        Assert.That((worker.Index, worker.Thread, worker.Ran), Is.EqualTo((0, "looked at worker 0", 0L)));
        Assert.That(worker.Activity, Is.EqualTo(WorkerActivity.Running).Or.EqualTo(WorkerActivity.Away));
        Assert.That(worker.Item, Does.Contain(nameof(LiveRegistryTests)));
        Assert.That(worker.SpawnPlace, Does.Contain(nameof(ASchedulerTellsWhatItsWorkersDo)));
        gate.Set();
        Assert.That(SpinWait.SpinUntil(() => scheduler.LookAtWorkers()[0] is { Ran: 2, Activity: WorkerActivity.Idle, Item: null }, Hang.Milliseconds));
    }
}
