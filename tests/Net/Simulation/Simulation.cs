using System.Net;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Simulation;

/// <summary>One run of the reactor on the simulated kernel: a function of its seed, the rates and the protocol.</summary>
internal sealed class Simulation
{
    private readonly FaultRates _rates;
    private readonly SimulatedProtocol _protocol;

    private Simulation(Random random, FaultRates rates, SimulatedProtocol protocol, Misbehaviour misbehaviour)
    {
        Random = random;
        _rates = rates;
        _protocol = protocol;
        Kernel = new SimulatedKernel(random, rates, misbehaviour, MakePeer);
    }

    /// <summary>The one source of chance in the run; on the reactor's thread.</summary>
    public Random Random { get; }

    public SimulatedKernel Kernel { get; }

    public SimulatedPeer MakePeer() => new(Random, _rates, _protocol.MakeScript(Random, _rates));

    /// <summary>Runs the echo; returns what was found, or null.</summary>
    public static string? RunEcho(int seed, Misbehaviour misbehaviour = Misbehaviour.None)
    {
        var random = new Random(seed);
        return new Simulation(random, FaultRates.Draw(random), new EchoProtocol(), misbehaviour).Run();
    }

    /// <summary>Runs the HTTP server; returns what was found, or null.</summary>
    public static string? RunHttp(int seed)
    {
        var random = new Random(seed);
        return new Simulation(random, FaultRates.Draw(random).WithSteadyClock(), new HttpProtocol(), Misbehaviour.None).Run();
    }

    /// <summary>Runs without any fault, to note what the answer is.</summary>
    public static void RunUndisturbed(SimulatedProtocol protocol)
    {
        var found = new Simulation(new Random(0), FaultRates.None, protocol, Misbehaviour.None).Run();
        if (found != null) throw new InvalidOperationException($"Without any fault: {found}");
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
                if (failure is not SimulatedFailure) Kernel.Fail($"{where} {failure}");
            },
        };
        var reactor = ReactorCore<SimulatedEngine>.Start(options, _ =>
        {
            AssertRecorder.Kernel = Kernel;
            return new SimulatedEngine(Kernel);
        }, new StoppedClock());
        _protocol.Attach(this, reactor);
        reactor.Listen(new IPEndPoint(IPAddress.Loopback, 1), () => _protocol.Accept(Kernel.LastPeer!), backlog: 1, sharePort: false);
        Kernel.Begin();
        Task.WhenAny(Kernel.Done, Kernel.Breach).Wait();
        if (Kernel.Violation == null) Task.WhenAny(Task.Run(reactor.Dispose), Kernel.Breach).Wait();
        if (Kernel.Violation != null) return Kernel.Violation;
        _protocol.Verify(Kernel, strict: _rates is { StopAfterWaits: 0, ClockJumps: 0 });
        var counters = reactor.Counters with { Copied = 0, Accepted = 0, AcceptFailures = 0, Rejected = 0, Received = 0, Sent = 0, Turns = 0, BuffersExhausted = 0 };
        if (counters != default) Kernel.Fail($"Something is left: {counters}");
        return Kernel.Violation;
    }

    /// <summary>So that the date in an answer is always the same.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    }
}
