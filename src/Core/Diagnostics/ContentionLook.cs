namespace FastCore.Diagnostics;

/// <summary>The waits of one kind, on one thing or on such without a name, of one method, since <see cref="LiveWaits.Start"/>.</summary>
/// <param name="Operation">What for.</param>
/// <param name="On">On what, by its name in the <see cref="LiveRegistry"/>; empty for all that have none.</param>
/// <param name="Kind">What that is.</param>
/// <param name="Place">Who waited: the async method, the thread, or the item that blocked; empty where it was done before anybody awaited it.</param>
/// <param name="Waits">How many have ended.</param>
/// <param name="Waited">For how long together; zero for <see cref="WaitOperation.Gate"/>.</param>
/// <param name="Longest">The longest of them.</param>
/// <param name="WaitingNow">How many go on now; they are not in the other figures.</param>
public readonly record struct ContentionLook(WaitOperation Operation, string On, string Kind, string Place, long Waits, TimeSpan Waited, TimeSpan Longest, int WaitingNow);
