using System.Net;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Simulation;

/// <summary>An echo with whims (<see cref="SimulatedConnection"/>).</summary>
internal sealed class EchoProtocol : SimulatedProtocol
{
    private static readonly IPEndPoint Anywhere = new(IPAddress.Loopback, 1);

    private readonly List<SimulatedConnection> _connections = [];
    private Simulation _simulation = null!;
    private Reactor _reactor = null!;
    private int _closed;

    public override IPeerScript MakeScript(Random random, FaultRates rates) =>
        new EchoScript(random.Next(4) == 0 ? random.Next(3) : random.NextInt64(rates.Budget));

    public override void Attach(Simulation simulation, Reactor reactor) => (_simulation, _reactor) = (simulation, reactor);

    public override Connection Accept(SimulatedPeer peer)
    {
        var connection = new SimulatedConnection(this, _simulation.Kernel, _simulation.Random, peer);
        _connections.Add(connection);
        return connection;
    }

    /// <summary>Opens a connection of its own to another far end.</summary>
    public void Connect()
    {
        var peer = _simulation.MakePeer();
        _simulation.Kernel.NextPeer = peer;
        _reactor.Connect(Anywhere, Accept(peer));
    }

    public void Closed(SimulatedConnection connection)
    {
        if (!_connections.Contains(connection)) _simulation.Kernel.Fail("A connection ended that was never made.");
        _closed++;
    }

    public override void Verify(SimulatedKernel kernel, bool strict)
    {
        foreach (var connection in _connections) connection.Verify(strict);
        if (_closed != _connections.Count) kernel.Fail($"{_closed} of {_connections.Count} connections were closed.");
    }
}
