using System.Diagnostics;

namespace FastCore.Pooling;

/// <summary>An object that was got from a pool and collected before it was returned.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Age">How long ago it was got.</param>
/// <param name="Place">Where it was got.</param>
public sealed record PoolLeak(string Pool, TimeSpan Age, StackTrace Place)
{
    /// <summary>In a few lines: the pool, the age, the place.</summary>
    public override string ToString() => $"An object of the pool '{Pool}' was not returned; it was got {Age.TotalSeconds:0.0} s ago:{Environment.NewLine}{Place}";
}
