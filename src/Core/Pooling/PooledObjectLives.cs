using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastCore.Tracing;

namespace FastCore.Pooling;

/// <summary>
/// In debug builds: where each object of all pools stands, so that what is returned twice is told at the second return. In release
/// builds there is nothing of it.
/// </summary>
internal static class PooledObjectLives
{
    private static readonly ConditionalWeakTable<object, StrongBox<Lifecycle>> Lives = [];

    /// <summary>A policy may make one that it made before.</summary>
    [Conditional("DEBUG")]
    internal static void Make(object item)
    {
        Lives.Remove(item);
        Step(item, PooledObjectTable.Make);
    }

    [Conditional("DEBUG")]
    internal static void Get(object item) => Step(item, PooledObjectTable.Get);

    /// <exception cref="InvalidOperationException">It was returned before, and nobody has got it since.</exception>
    [Conditional("DEBUG")]
    internal static void Return(object item) => Step(item, Lives.TryGetValue(item, out _) ? PooledObjectTable.Return : PooledObjectTable.Bring);

    [Conditional("DEBUG")]
    internal static void Refuse(object item)
    {
        if (Lives.TryGetValue(item, out _)) Step(item, PooledObjectTable.Refuse);
        Lives.Remove(item);
    }

    [Conditional("DEBUG")]
    internal static void Drop(object item)
    {
        Step(item, PooledObjectTable.Drop);
        Lives.Remove(item);
    }

    /// <remarks>By whoever has the object in hand; when two have, both may come here, and one is told.</remarks>
    private static void Step(object item, Transition step)
    {
        StrongBox<Lifecycle> life = Lives.GetOrCreateValue(item);
        lock (life) life.Value.Step(step);
    }
}
