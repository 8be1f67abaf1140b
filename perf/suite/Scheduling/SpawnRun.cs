using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>A round of items on a target.</summary>
internal abstract class SpawnRun<TTarget>(TTarget target) : CaseRun where TTarget : struct, ITarget
{
    protected TTarget Target { get; } = target;

    protected FinishLine Line { get; } = new();

    public override void Dispose()
    {
        Target.Dispose();
        Line.Dispose();
    }

    /// <exception cref="InvalidDataException">They differ.</exception>
    protected static void Require(long ran, long spawned)
    {
        if (ran != spawned) throw new InvalidDataException($"{ran:N0} items ran of {spawned:N0} that were spawned.");
    }
}
