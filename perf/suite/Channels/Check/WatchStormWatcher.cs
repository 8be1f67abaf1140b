using System.Threading.Channels;

namespace FastCore.Perf.Channels.Check;

/// <summary>Watches to the end, in all the ways there are.</summary>
internal sealed class WatchStormWatcher : StormTaker
{
    private readonly WatchStorm _storm;

    private readonly ChannelReader<long> _reader;

    /// <summary>For each setter, the number of its value seen last.</summary>
    private readonly long[] _seen;

    /// <summary>The version seen last where values are looked at, and not read.</summary>
    private long _version;

    internal WatchStormWatcher(WatchStorm storm, int setters, int index, ChannelReader<long> reader, int seed)
        : base(storm, index, seed, canBlock: false)
    {
        (_storm, _reader) = (storm, reader);
        _seen = new long[setters];
        Array.Fill(_seen, -1);
    }

    /// <summary>The value that it read last.</summary>
    internal long Last { get; private set; } = WatchStorm.Initial;

    internal long Doubled { get; private set; }

    protected override async ValueTask<bool> Step()
    {
        if (Storm.IsHunt)
        {
            Take(await _reader.ReadAsync(Aim()).ConfigureAwait(false));
            return true;
        }

        switch (Random.Next(4))
        {
            case 0 when _reader.TryRead(out long item):
                Take(item);
                return true;
            case 1:
                Take(await _reader.ReadAsync(Aim()).ConfigureAwait(false));
                return true;
            case 2:
                await LookAsync().ConfigureAwait(false);
                return true;
            default:
                if (!await _reader.WaitToReadAsync(Aim()).ConfigureAwait(false)) return false;
                if (_reader.TryRead(out long found)) Take(found);
                else Fail("a watcher was told of a change that is none");
                return true;
        }
    }

    /// <summary>Looks without the reader, and goes on with it when there is nothing to see: only the reader comes to the end.</summary>
    private async ValueTask LookAsync()
    {
        if (Storm.IsClosing) return;
        bool changes = await _storm.Watch.WaitForChangeAsync(_version, Aim()).ConfigureAwait(false);
        _storm.Watch.Read(out long version);
        if (version < _version || (changes && version == _version)) OutOfOrder++;
        _version = version;
    }

    protected override void Take(long item)
    {
        Last = item;
        if (item == WatchStorm.Initial)
        {
            if (Read > 0) OutOfOrder++;
            return;
        }

        Read++;
        if ((ulong)Item.Writer(item) >= (ulong)_seen.Length || Item.Number(item) >= Storm.Share)
        {
            Fail($"read {item:X}, which nobody set");
            return;
        }

        ref long seen = ref _seen[Item.Writer(item)];
        long number = Item.Number(item);
        if (number == seen) Doubled++;
        else if (number < seen) OutOfOrder++;
        seen = number;
        if (!Storm.IsHunt && IsReadersTurn(item)) Dawdle();
    }
}
