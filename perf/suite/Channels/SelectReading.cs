using FastCore.Channels;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Channels;

/// <summary>Our select, an item at a time.</summary>
internal sealed class SelectReading : ISelectReading
{
    private readonly ChannelSelect _select = new();

    private readonly SelectRead<long>[] _reads;

    internal SelectReading(IEnumerable<FastChannelReader<long>> channels) => _reads = [.. channels.Select(_select.Read)];

    public async Task Read(StartingLine line, Tally tally)
    {
        await line;
        for (int ended = 0; ended < _reads.Length;)
        {
            int index = await _select.WaitAsync();
            if (!_reads[index].TryTake(out long item)) return;
            if (item == Item.End) ended++;
            else tally.Take(item);
        }
    }
}
