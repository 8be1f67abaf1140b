namespace FastCore.Diagnostics;

/// <summary>What the scheduler's tasks of one method have done, as far back as the trace reaches.</summary>
/// <param name="Name">The method of a delegate, the async method that goes on, or the type of the item.</param>
/// <param name="SpawnPlace">The method that spawned them; empty where that is not recorded, or where they go on after an <c>await</c>.</param>
/// <param name="Polls">How often they were run, from a spawn or a wake-up to the next <c>await</c> or the end.</param>
/// <param name="Busy">For how long together they ran.</param>
/// <param name="Queued">For how long together they could have run and waited for a worker.</param>
/// <param name="Blocked">For how long of the busy time they were in blocking calls.</param>
/// <param name="LongestRun">The longest that one of them ran without an end or an <c>await</c>.</param>
/// <param name="RunningNow">How many run now.</param>
/// <param name="QueuedNow">How many wait for a worker now.</param>
public readonly record struct TaskLook(
    string Name, string SpawnPlace, int Polls, TimeSpan Busy, TimeSpan Queued, TimeSpan Blocked, TimeSpan LongestRun, int RunningNow, int QueuedNow);
