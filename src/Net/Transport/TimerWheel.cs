using System.Diagnostics;
using System.Numerics;

namespace FastCore.Net.Transport;

/// <summary>
/// A hashed timer wheel (Varghese and Lauck, 1987, scheme 6) over connections: no timer object, no allocation, constant
/// time to link and unlink. One thread only.
/// </summary>
/// <remarks>
/// A connection is linked at the tick at which it is next looked at, which is at or before its deadline: moving a
/// deadline later costs nothing, because the look finds it and links again. A look more than a turn of the wheel ahead
/// comes early and links again too. The bitmap says which buckets hold anything, so that an idle reactor sleeps until
/// one is due.
/// </remarks>
internal sealed class TimerWheel
{
    public const int TickMilliseconds = 32;
    private const int Buckets = 1024;

    private readonly Connection?[] _buckets = new Connection?[Buckets];
    private readonly ulong[] _occupied = new ulong[Buckets / 64];

    // Every bucket of a tick below it has been looked at.
    private long _tick;

    public TimerWheel(long nowMilliseconds) => _tick = nowMilliseconds / TickMilliseconds;

    public int Count { get; private set; }

    /// <summary>Links the connection to be looked at by <paramref name="milliseconds"/>, unless it is linked earlier already.</summary>
    public void Schedule(Connection connection, long milliseconds)
    {
        var tick = milliseconds > (_tick + Buckets - 2) * TickMilliseconds
            ? _tick + Buckets - 1
            : Math.Max(_tick, (milliseconds + TickMilliseconds - 1) / TickMilliseconds);
        if (connection._wheelTick >= 0)
        {
            if (connection._wheelTick <= tick) return;
            Remove(connection);
        }
        var index = (int)(tick % Buckets);
        ref var head = ref _buckets[index];
        connection._wheelTick = tick;
        connection._wheelNext = head;
        connection._wheelPrevious = null;
        if (head != null) head._wheelPrevious = connection;
        head = connection;
        _occupied[index >> 6] |= 1UL << (index & 63);
        Count++;
    }

    public void Remove(Connection connection)
    {
        if (connection._wheelTick < 0) return;
        var index = (int)(connection._wheelTick % Buckets);
        if (connection._wheelPrevious != null) connection._wheelPrevious._wheelNext = connection._wheelNext;
        else _buckets[index] = connection._wheelNext;
        if (connection._wheelNext != null) connection._wheelNext._wheelPrevious = connection._wheelPrevious;
        if (_buckets[index] == null) _occupied[index >> 6] &= ~(1UL << (index & 63));
        connection._wheelNext = connection._wheelPrevious = null;
        connection._wheelTick = -1;
        Count--;
        Debug.Assert(Count >= 0, "More connections left the wheel than entered it.");
    }

    /// <summary>Milliseconds until a bucket is due; zero if one is, -1 if the wheel is empty.</summary>
    public int MillisecondsUntilDue(long nowMilliseconds)
    {
        if (Count == 0) return -1;
        var due = NextOccupied() * TickMilliseconds - nowMilliseconds;
        return due <= 0 ? 0 : (int)due;
    }

    /// <summary>Unlinks and returns a connection whose tick has come, or null when there is none left.</summary>
    public Connection? TakeDue(long nowMilliseconds)
    {
        var now = nowMilliseconds / TickMilliseconds;
        while (Count > 0)
        {
            var next = NextOccupied();
            if (next > now) break;
            _tick = next;
            var connection = _buckets[(int)(next % Buckets)]!;
            Remove(connection);
            return connection;
        }
        // A link made from here on goes at the present tick or later: those below are done.
        if (_tick < now) _tick = now;
        return null;
    }

    // The lowest tick at or above _tick whose bucket holds anything. All links are within one turn of _tick.
    private long NextOccupied()
    {
        var start = (int)(_tick % Buckets);
        for (var step = 0; step <= _occupied.Length; step++)
        {
            var word = ((start >> 6) + step) % _occupied.Length;
            var bits = _occupied[word];
            if (step == 0) bits &= ulong.MaxValue << (start & 63);
            else if (step == _occupied.Length) bits &= ~(ulong.MaxValue << (start & 63));
            if (bits == 0) continue;
            var index = (word << 6) + BitOperations.TrailingZeroCount(bits);
            return _tick + (index - start + Buckets) % Buckets;
        }
        throw new UnreachableException("The wheel counts a connection that no bucket holds.");
    }
}
