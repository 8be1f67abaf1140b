using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>Asynchronous workers on a target.</summary>
internal sealed class TargetWorkforce<TTarget>(TTarget target) : Workforce where TTarget : struct, ITarget
{
    internal override Task Start(int worker, Func<Task> work) => target.Start(work);

    public override void Dispose() => target.Dispose();
}
