namespace FastCore.Tests.Collections;

internal enum KeyCallKind
{
    Read,
    Add,
    Set,
    Remove,

    /// <summary>Adds 1, or to the value that is there.</summary>
    Increment,
}

/// <summary>A call on a key, with the times before and after it and what it answered.</summary>
/// <param name="Kind">What was called.</param>
/// <param name="Given">The value it was given.</param>
/// <param name="Invoked">A time before it.</param>
/// <param name="Returned">A time after it.</param>
/// <param name="Seen">The value it gave; null where the key was not there, or it gives none.</param>
/// <param name="Done">Whether it said that it did what it was called for.</param>
internal sealed record KeyCall(KeyCallKind Kind, int Given, long Invoked, long Returned, int? Seen, bool Done)
{
    /// <summary>Takes the call where the key has that value, null for none; false when it would have answered otherwise.</summary>
    internal bool TryTake(int? value, out int? next)
    {
        next = Kind switch
        {
            KeyCallKind.Add => value ?? Given,
            KeyCallKind.Set => Given,
            KeyCallKind.Remove => null,
            KeyCallKind.Increment => (value ?? 0) + 1,
            _ => value,
        };
        return Kind switch
        {
            KeyCallKind.Add => Done == value is null,
            KeyCallKind.Set => true,
            KeyCallKind.Increment => Seen == next,
            _ => Seen == value && Done == value is not null,
        };
    }
}

/// <summary>
/// All calls on one key. Keys are independent of each other, so a map's history can be explained if each key's can (Horn and
/// Kroening, FORTE 2015); each is searched as Wing and Gong do, with Lowe's memory of what was seen.
/// </summary>
internal sealed class KeyHistory(IEnumerable<KeyCall> calls)
{
    private readonly KeyCall[] _calls = [.. calls];

    private readonly HashSet<(ulong Taken, int? Value)> _seen = [];

    /// <summary>Whether the calls could have been made one after the other, each between its times, with these answers.</summary>
    internal bool IsLinearizable() => CanGoOn(0, null);

    public override string ToString() => string.Join('\n', _calls.OrderBy(static call => call.Invoked));

    private bool CanGoOn(ulong taken, int? value)
    {
        if (taken == (1UL << _calls.Length) - 1) return true;
        if (!_seen.Add((taken, value))) return false;
        long first = long.MaxValue;
        for (int i = 0; i < _calls.Length; i++)
        {
            if ((taken & (1UL << i)) == 0) first = Math.Min(first, _calls[i].Returned);
        }

        for (int i = 0; i < _calls.Length; i++)
        {
            if ((taken & (1UL << i)) == 0 && _calls[i].Invoked < first && _calls[i].TryTake(value, out int? next) && CanGoOn(taken | (1UL << i), next)) return true;
        }

        return false;
    }
}
