using System.Net;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Transport;

/// <summary>
/// What every transport test stands on: reactors that are disposed of after the test, and an audit that nothing is left:
/// every live counter zero, no completion without an owner, no unexpected error, every descriptor given back.
/// </summary>
[TestFixtureSource(typeof(Transports), nameof(Transports.All))]
internal abstract class TransportTest(TransportKind kind)
{
    private readonly List<Reactor> _reactors = [];
    private Dictionary<string, string> _descriptors = [];

    protected static readonly IPEndPoint Loopback = new(IPAddress.Loopback, 0);

    protected TransportKind Kind { get; } = kind;

    /// <summary>What reached OnError; a test that expects some takes them out.</summary>
    protected List<(Exception Failure, string Where)> Errors { get; } = [];

    [OneTimeSetUp]
    public void WarmUp()
    {
        Transports.IgnoreUnlessAvailable(Kind);
        // The runtime opens descriptors of its own with the first asynchronous socket, and keeps them.
        using var reactor = Reactor.Start(new ReactorOptions { Transport = Kind });
        using var peer = new Peer(reactor.Listen(Loopback, ScriptedConnection.Echo));
        peer.SendPattern(1);
        peer.ExpectPattern(1);
    }

    [SetUp]
    public void NoteDescriptors()
    {
        _descriptors = OpenDescriptors.Take();
        Errors.Clear();
        _reactors.Clear();
    }

    [TearDown]
    public void Audit()
    {
        foreach (var reactor in _reactors)
        {
            reactor.Dispose();
            var counters = reactor.Counters;
            Assert.Multiple(() =>
            {
                Assert.That(counters.Connections, Is.Zero, "connections left");
                Assert.That(counters.Listeners, Is.Zero, "listeners left");
                Assert.That(counters.InFlight, Is.Zero, "submissions in flight");
                Assert.That(counters.Timers, Is.Zero, "timers left");
                Assert.That(counters.SendBlocks, Is.Zero, "send blocks leased");
                Assert.That(counters.Pins, Is.Zero, "memory pinned");
                Assert.That(counters.Files, Is.Zero, "files queued");
                Assert.That(counters.StaleCompletions, Is.Zero, "completions without an owner");
            });
        }
        lock (Errors) Assert.That(Errors, Is.Empty);
        // The runtime closes a socket when the last thread lets go of it, which may be a moment after Dispose returned.
        SpinWait.SpinUntil(() => OpenDescriptors.Since(_descriptors).Length == 0, Hang.Milliseconds);
        Assert.That(OpenDescriptors.Since(_descriptors), Is.Empty, "descriptors left open");
    }

    protected Reactor Start(ReactorOptions? options = null) => Track(Reactor.Start(Complete(options)));

    /// <summary>The options with this fixture's transport and error list.</summary>
    protected ReactorOptions Complete(ReactorOptions? options = null) => (options ?? new ReactorOptions()) with
    {
        Transport = Kind,
        OnError = (failure, where) =>
        {
            lock (Errors) Errors.Add((failure, where));
        },
    };

    protected Reactor Track(Reactor reactor)
    {
        _reactors.Add(reactor);
        return reactor;
    }

    /// <summary>Listens with one connection, for tests that need no more.</summary>
    protected static IPEndPoint Serve(Reactor reactor, ScriptedConnection connection) => reactor.Listen(Loopback, () => connection);

    protected static void Within(Task task) =>
        Assert.That(task.Wait(Hang.Milliseconds), "It took far too long; the test would hang.");

    protected static T Within<T>(Task<T> task)
    {
        Within((Task)task);
        return task.Result;
    }

    /// <summary>Runs it on the reactor's thread and returns its result.</summary>
    protected static T On<T>(Reactor reactor, Func<T> body)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        reactor.Post(() =>
        {
            try
            {
                result.SetResult(body());
            }
            catch (Exception failure)
            {
                result.SetException(failure);
            }
        });
        return Within(result.Task);
    }

    protected static void On(Reactor reactor, Action body) => On(reactor, () =>
    {
        body();
        return true;
    });

    /// <summary>Lets the reactor come round so often that whatever could happen in those turns has happened.</summary>
    protected static void Turns(Reactor reactor, int count = 50)
    {
        for (var i = 0; i < count; i++) On(reactor, static () => { });
    }

    /// <summary>Takes out the one error that was reported, and returns where. What the peer saw may come a moment before the report.</summary>
    protected string ExpectError<T>(Reactor reactor)
    {
        Turns(reactor, 2);
        lock (Errors)
        {
            var (failure, where) = Errors.Single();
            Assert.That(failure, Is.InstanceOf<T>());
            Errors.Clear();
            return where;
        }
    }

    /// <summary>Waits until it holds, asked on the reactor's thread.</summary>
    protected static void Until(Reactor reactor, Func<bool> holds) =>
        Assert.That(SpinWait.SpinUntil(() => On(reactor, holds), Hang.Milliseconds), "It never came to hold.");
}
