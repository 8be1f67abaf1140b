using System.Net;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Simulation;

/// <summary>One run of the reactor on the simulated kernel: a function of its seed.</summary>
internal sealed class Simulation
{
    private readonly Random _random;
    private readonly FaultRates _rates;
    private readonly SimulatedKernel _kernel;
    private readonly List<SimulatedConnection> _connections = [];
    private ReactorCore<SimulatedEngine> _reactor = null!;
    private int _closed;

    private Simulation(int seed, Misbehaviour misbehaviour)
    {
        _random = new Random(seed);
        _rates = FaultRates.Draw(_random);
        _kernel = new SimulatedKernel(_random, _rates, misbehaviour);
    }

    /// <summary>Returns what was found, or null.</summary>
    public static string? Run(int seed, Misbehaviour misbehaviour = Misbehaviour.None) => new Simulation(seed, misbehaviour).Run();

    public void Connect(IPEndPoint remote)
    {
        // The far end is made when the reactor opens the socket, which is inside the call.
        var peer = new SimulatedPeer(_random, _rates);
        _kernel.NextPeer = peer;
        _reactor.Connect(remote, Make(peer));
    }

    public void Closed(SimulatedConnection connection)
    {
        if (!_connections.Contains(connection)) _kernel.Fail("A connection ended that was never made.");
        _closed++;
    }

    private SimulatedConnection Make(SimulatedPeer peer)
    {
        var connection = new SimulatedConnection(this, _kernel, _random, peer);
        _connections.Add(connection);
        return connection;
    }

    private string? Run()
    {
        var options = new ReactorOptions
        {
            Name = "simulation",
            // Longer than any far end takes that does what it should, at the pace of the simulated clock.
            LingerTimeout = TimeSpan.FromSeconds(60),
            SendStallTimeout = TimeSpan.FromSeconds(60),
            OnError = (failure, where) =>
            {
                if (failure is not SimulatedFailure) _kernel.Fail($"{where} {failure}");
            },
        };
        _reactor = ReactorCore<SimulatedEngine>.Start(options, _ =>
        {
            AssertRecorder.Kernel = _kernel;
            return new SimulatedEngine(_kernel);
        });
        _reactor.Listen(new IPEndPoint(IPAddress.Loopback, 1), () => Make(_kernel.LastPeer!), backlog: 1, sharePort: false);
        _kernel.Begin();
        Task.WhenAny(_kernel.Done, _kernel.Breach).Wait();
        if (_kernel.Violation == null) Task.WhenAny(Task.Run(_reactor.Dispose), _kernel.Breach).Wait();
        if (_kernel.Violation != null) return _kernel.Violation;
        // Where it was stopped in the midst of things, or the clock jumped over a limit, bytes may rightly be lost.
        foreach (var connection in _connections) connection.Verify(strict: _rates is { StopAfterWaits: 0, ClockJumps: 0 });
        var counters = _reactor.Counters with { Accepted = 0, AcceptFailures = 0, Rejected = 0, Turns = 0, BuffersExhausted = 0 };
        if (counters != default) _kernel.Fail($"Something is left: {counters}");
        if (_closed != _connections.Count) _kernel.Fail($"{_closed} of {_connections.Count} connections were closed.");
        return _kernel.Violation;
    }
}
