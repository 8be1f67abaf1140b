// Who is told of tasks that wait for long: the monitor looks through the waits four times in the limit, so a wait is told when
// it has lasted for at most a quarter of the limit more.

using System.Diagnostics;
using FastCore.Diagnostics;

namespace FastCore.Scheduling;

/// <content>Tasks that wait for long.</content>
public sealed partial class Scheduler
{
    private const int LooksPerLimit = 4;

    /// <summary>The monitor's own.</summary>
    private long _nextLookAtBlocked;

    /// <summary>For what remembers it and must not keep it alive; one object, so that two can be compared.</summary>
    internal WeakReference<Scheduler> Weakly => Volatile.Read(ref field) ?? Interlocked.CompareExchange(ref field, new WeakReference<Scheduler>(this), null) ?? field;

    /// <summary>For how long the monitor may sleep while nothing runs.</summary>
    internal TimeSpan LongestSleep => _options.Blocked is null ? Timeout.InfiniteTimeSpan : _options.BlockedLimit / LooksPerLimit;

    /// <summary>From its start to its end waits are looked at, if somebody is told of them.</summary>
    internal void BeginToLookAtBlocked()
    {
        if (_options.Blocked is not null) LiveWaits.Hold();
    }

    /// <inheritdoc cref="BeginToLookAtBlocked"/>
    internal void EndToLookAtBlocked()
    {
        if (_options.Blocked is not null) LiveWaits.Release();
    }

    /// <summary>Tells of what has waited for longer than the limit, once for each wait. By the monitor.</summary>
    internal void LookAtBlocked(long now)
    {
        if (_options.Blocked is not { } told || now < _nextLookAtBlocked) return;
        long limit = (long)(_options.BlockedLimit.TotalSeconds * Stopwatch.Frequency);
        _nextLookAtBlocked = now + (limit / LooksPerLimit);
        foreach (WaitRecord record in WaitRegistry.Copy())
        {
            if (record.TellOnce(this, now - limit, now) is { } blocked) told(blocked);
        }
    }
}
