namespace FastCore.Broadcast;

/// <summary>A value of a <see cref="Watch{T}"/> with its number; never changed once others can see it, so it is always read whole.</summary>
internal sealed class WatchState<T>(T value, long version, bool isCompleted, Exception? error)
{
    internal T Value { get; } = value;

    /// <summary>How many values came before it.</summary>
    internal long Version { get; } = version;

    internal bool IsCompleted { get; } = isCompleted;

    internal Exception? Error { get; } = error;
}
