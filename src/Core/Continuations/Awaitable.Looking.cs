// What a live view sees of an operation that waits. Its record is made at the first wait while somebody looks; the operation's own
// rules order its steps: it begins before anyone can await it, is awaited once, and ends before it is told or reset.

using FastCore.Diagnostics;

namespace FastCore.Continuations;

internal abstract partial class Awaitable
{
    private WaitRecord? _look;

    /// <summary>Where what waits, or has waited last, was spawned; null where that is not known.</summary>
    internal string? SpawnPlace => _look?.SpawnPlace;

    /// <summary>It begins to wait. Before it can be ended or awaited.</summary>
    /// <param name="target">On what.</param>
    /// <param name="operation">What for.</param>
    /// <param name="blocks">Whether the calling thread will block in it; else it is awaited.</param>
    private protected void BeginLook(IWaitedOn target, WaitOperation operation, bool blocks) =>
        Record(_look?.Target ?? WaitTarget.Of(target)).Begin(operation, blocks ? NameOfThread() : null);

    /// <summary>The same of what waits on several, which may be others each time.</summary>
    private protected void BeginLook(Func<WaitTarget?, WaitTarget> targetAfter, bool blocks)
    {
        WaitTarget target = targetAfter(_look?.Target);
        WaitRecord look = Record(target);
        look.Target = target;
        look.Begin(WaitOperation.Select, blocks ? NameOfThread() : null);
    }

    /// <summary>It waits no more, and nobody is told: its waiter has given up, or a set came while it began to be looked at.</summary>
    private protected void EndLook() => _look?.End();

    private static string NameOfThread() => Thread.CurrentThread.Name ?? "a thread without a name";

    private WaitRecord Record(WaitTarget target) => _look ??= WaitRecord.Create(target, this);
}
