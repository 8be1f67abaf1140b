using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Simulation;

/// <summary>What runs on the simulated reactor: the near end, and the scripts of the far ends.</summary>
internal abstract class SimulatedProtocol
{
    /// <summary>A script for the next far end.</summary>
    public abstract IPeerScript MakeScript(Random random, FaultRates rates);

    /// <summary>The reactor has started and nothing has happened yet.</summary>
    public virtual void Attach(Simulation simulation, Reactor reactor) { }

    /// <summary>The connection of a far end that was just accepted.</summary>
    public abstract Connection Accept(SimulatedPeer peer);

    /// <summary>What must hold at the end. Not strict: things were stopped in the midst, or the clock jumped over limits, and bytes may rightly be lost.</summary>
    public abstract void Verify(SimulatedKernel kernel, bool strict);
}
