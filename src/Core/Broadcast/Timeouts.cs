using System.Runtime.CompilerServices;

namespace FastCore.Broadcast;

/// <summary>What a time limit may be.</summary>
internal static class Timeouts
{
    internal static void Check(TimeSpan timeout, [CallerArgumentExpression(nameof(timeout))] string? name = null)
    {
        if (timeout != Timeout.InfiniteTimeSpan) ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero, name);
    }
}
