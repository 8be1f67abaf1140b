using FastCore.Broadcast;

namespace FastCore.Perf.Channels.Check;

/// <summary>
/// Setters that race for one shot after the other, and one who reads them: of each shot exactly one set wins, and what it set
/// is what is read.
/// </summary>
internal class OneShotStorm : Storm
{
    /// <summary>The outcome of a shot that was closed.</summary>
    internal const long Closed = long.MinValue;

    private readonly BroadcastShape _shape;

    private readonly OneShotSetter[] _setters;

    private readonly OneShotReader _reader;

    private readonly OneShot<long>[] _shots;

    private readonly int[] _wins;

    private readonly long[] _set;

    private readonly long?[] _read;

    private long _arrived;

    internal OneShotStorm(BroadcastShape shape, int share, Random random)
        : base(shape.Writers + 1, share, random)
    {
        _shape = shape;
        _shots = [.. Enumerable.Range(0, share).Select(_ => new OneShot<long>())];
        _wins = new int[share];
        _set = new long[share];
        _read = new long?[share];
        _setters = [.. Enumerable.Range(0, shape.Writers).Select(index => new OneShotSetter(this, index, random.Next()))];
        _reader = new OneShotReader(this, shape.Writers, random.Next());
    }

    protected override IReadOnlyList<StormWorker> Writers => _setters;

    protected override IReadOnlyList<StormWorker> Readers => [_reader];

    internal OneShot<long> Shot(int round) => _shots[round];

    /// <summary>Sets an outcome: a value, <see cref="Closed"/>, or an error that carries another negative number.</summary>
    internal virtual bool TrySet(OneShot<long> shot, long outcome) => outcome switch
    {
        Closed => shot.TryClose(),
        < 0 => shot.TrySetException(new OutcomeException(outcome)),
        _ => shot.TrySet(outcome),
    };

    internal void Win(int round, long outcome)
    {
        Interlocked.Increment(ref _wins[round]);
        Volatile.Write(ref _set[round], outcome);
    }

    internal void Read(int round, long outcome) => _read[round] = outcome;

    /// <summary>Waits until everybody is done with the round, so that all race for each shot.</summary>
    internal async ValueTask MeetAsync(int round)
    {
        Interlocked.Increment(ref _arrived);
        long all = (round + 1L) * (_shape.Writers + 1);
        // What hangs is closed; then nobody need be waited for.
        while (Volatile.Read(ref _arrived) < all && !IsClosing)
        {
            Thread.SpinWait(32);
            if (Volatile.Read(ref _arrived) < all) await Task.Yield();
        }
    }

    protected override void Complete()
    {
        foreach (OneShot<long> shot in _shots) shot.TryClose();
    }

    protected override ChannelFindings Count()
    {
        long[] balances = [.. _wins.Zip(_read, static (wins, read) => wins - (read is null ? 0L : 1L))];
        return _shape.Findings with
        {
            Written = _wins.Sum(static wins => (long)wins),
            Read = _read.Count(static read => read is not null),
            Lost = balances.Where(static balance => balance > 0).Sum(),
            Doubled = -balances.Where(static balance => balance < 0).Sum(),
        };
    }

    protected override string? WrongEnd()
    {
        for (int round = 0; round < Share; round++)
        {
            if (_wins[round] == 1 && _read[round] is { } read && read != _set[round]) return $"read {read:X} where {_set[round]:X} had won";
        }

        return null;
    }

    /// <summary>An outcome that is an error.</summary>
    internal sealed class OutcomeException(long outcome) : Exception
    {
        internal long Outcome => outcome;
    }
}
