namespace FastCore.Broadcast;

/// <summary>An item of a <see cref="BroadcastChannel{T}"/>, and how many items its reader missed just before it.</summary>
/// <param name="Item">What was written.</param>
/// <param name="Missed">How many items were overwritten between the one read before and this one; usually 0.</param>
public readonly record struct BroadcastItem<T>(T Item, long Missed);
