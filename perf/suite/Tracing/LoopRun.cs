using FastCore.Perf.Rounds;

namespace FastCore.Perf.Tracing;

/// <summary>One worker that does a thing over and over.</summary>
internal abstract class LoopRun : CaseRun
{
    internal override RoundResult Run(long operations) => Round.Run(
        new PoolWorkforce(),
        [async line =>
        {
            await line;
            Loop(operations);
        }],
        operations,
        static _ => { });

    public override void Dispose() { }

    /// <exception cref="InvalidDataException">The result is wrong.</exception>
    protected abstract void Loop(long operations);
}
