using System.Threading.Channels;
using FastCore.Broadcast;

namespace FastCore.Perf.Channels.Check;

/// <summary>Setters and watchers on one watch: no watcher goes back to an earlier value, and each ends on the last one.</summary>
internal class WatchStorm : Storm
{
    /// <summary>What is there before the first set.</summary>
    internal const long Initial = -1;

    private readonly BroadcastShape _shape;

    private readonly WatchStormSetter[] _setters;

    private readonly WatchStormWatcher[] _watchers;

    internal WatchStorm(BroadcastShape shape, int share, Random random)
        : base(shape.Writers + shape.Readers, share, random)
    {
        _shape = shape;
        _setters = [.. Enumerable.Range(0, shape.Writers).Select(index => new WatchStormSetter(this, index, random.Next()))];
        _watchers = [.. Enumerable.Range(0, shape.Readers).Select(index => new WatchStormWatcher(this, shape.Writers, shape.Writers + index, ReaderOf(Watch.Subscribe()), random.Next()))];
    }

    internal Watch<long> Watch { get; } = new(Initial);

    protected override IReadOnlyList<StormWorker> Writers => _setters;

    protected override IReadOnlyList<StormWorker> Readers => _watchers;

    /// <summary>What the worker of a watcher reads.</summary>
    protected virtual ChannelReader<long> ReaderOf(WatchReader<long> reader) => reader;

    protected override void Complete() => Watch.TryComplete(Error);

    /// <remarks>A set is owed to each watcher. Of those that it did not see, only the last one is lost.</remarks>
    protected override ChannelFindings Count()
    {
        long owed = _setters.Sum(static setter => setter.Written) * _watchers.Length;
        long read = _watchers.Sum(static watcher => watcher.Read);
        long lost = _watchers.Count(watcher => watcher.Last != Watch.Value);
        long doubled = _watchers.Sum(static watcher => watcher.Doubled);
        return _shape.Findings with
        {
            Written = owed,
            Read = read,
            Dropped = owed - read - lost + doubled,
            Lost = lost,
            Doubled = doubled,
            OutOfOrder = _watchers.Sum(static watcher => watcher.OutOfOrder),
        };
    }

    protected override string? WrongEnd()
    {
        if (Watch.Version != _setters.Sum(static setter => setter.Written)) return "the version is not the number of the sets";
        return Watch.TrySet(0) ? "a value was set after the end" : null;
    }
}
