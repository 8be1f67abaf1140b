using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastCore.Diagnostics;

/// <summary>Whose waits are counted together.</summary>
internal readonly record struct WaitKey(WaitOperation Operation, string On, string Kind, string Place);

/// <summary>What waits that have ended come to, in ticks.</summary>
internal readonly record struct WaitTally(long Count, long Ticks, long Longest)
{
    internal WaitTally Plus(WaitTally other) => new(Count + other.Count, Ticks + other.Ticks, Math.Max(Longest, other.Longest));
}

/// <summary>The records of all that waits, and what is left of those whose objects are gone. Every member may be called from any thread.</summary>
/// <remarks>A record costs a wait nothing but its first; that one takes the lock.</remarks>
internal static class WaitRegistry
{
    /// <summary>More kinds of waits are counted as one, without a place.</summary>
    private const int MostKeys = 10_000;

    /// <summary>More lost waits are only counted.</summary>
    private const int MostLost = 10_000;

    private const int SmallestSweep = 1024;

    private static readonly Lock Changing = new();

    private static readonly List<WaitRecord> Records = [];

    private static readonly Dictionary<WaitKey, WaitTally> Ended = [];

    private static readonly List<WaitLook> Lost = [];

    private static int _sweepAt = SmallestSweep;

    private static long _lostCount;

    internal static void Add(WaitRecord record)
    {
        lock (Changing)
        {
            if (Records.Count >= _sweepAt) Sweep();
            Records.Add(record);
        }
    }

    /// <summary>Keeps what a record has counted, which from here on counts the waits of another awaiter.</summary>
    internal static void Fold(WaitRecord record, object? awaiter, WaitOperation operation)
    {
        lock (Changing)
        {
            Keep(record);
            record.CountAnew(awaiter, operation);
        }
    }

    /// <summary>Those whose objects are there.</summary>
    internal static WaitRecord[] Copy()
    {
        lock (Changing)
        {
            Sweep();
            return [.. Records];
        }
    }

    /// <summary>Waits that were collected before they ended.</summary>
    internal static WaitLook[] CopyLost()
    {
        lock (Changing)
        {
            Sweep();
            return [.. Lost];
        }
    }

    /// <summary>How many of them there were.</summary>
    internal static long LostCount
    {
        get
        {
            lock (Changing)
            {
                Sweep();
                return _lostCount;
            }
        }
    }

    /// <summary>What all waits come to that have ended, and how many go on.</summary>
    internal static Dictionary<WaitKey, (WaitTally Ended, int Now)> Count(long now)
    {
        lock (Changing)
        {
            Sweep();
            var counts = Ended.ToDictionary(static one => one.Key, static one => (Ended: one.Value, Now: 0));
            foreach (WaitRecord record in Records)
            {
                (WaitKey key, WaitTally tally) = record.Ended();
                if (tally.Count > 0) Slot(key).Ended = Slot(key).Ended.Plus(tally);
                if (record.Look(now) is { } look) Slot(new WaitKey(look.Operation, record.Target.Name, look.Kind, look.Task)).Now++;
            }

            return counts;

            ref (WaitTally Ended, int Now) Slot(WaitKey key) => ref CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _);
        }
    }

    /// <summary>Lets those go whose objects are gone: what they counted is kept, and those that waited are lost. Under the lock.</summary>
    private static void Sweep()
    {
        long now = Stopwatch.GetTimestamp();
        Records.RemoveAll(record =>
        {
            if (!record.IsGone) return false;
            Keep(record);
            if (record.Look(now) is { } lost)
            {
                _lostCount++;
                if (Lost.Count < MostLost) Lost.Add(lost);
            }

            return true;
        });
        _sweepAt = Math.Max(SmallestSweep, Records.Count * 2);
    }

    private static void Keep(WaitRecord record)
    {
        (WaitKey key, WaitTally tally) = record.Ended();
        if (tally.Count == 0) return;
        if (Ended.Count >= MostKeys && !Ended.ContainsKey(key)) key = new WaitKey(key.Operation, string.Empty, string.Empty, string.Empty);
        Ended[key] = Ended.GetValueOrDefault(key).Plus(tally);
    }
}
