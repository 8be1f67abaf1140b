using System.Threading.Channels;

namespace FastCore.Perf.Channels;

/// <summary>What writers and readers do, as real code has it; the same for every subject.</summary>
internal abstract class Traffic
{
    /// <summary>Try first, wait asynchronously: for channels that hold more than an item.</summary>
    internal static Traffic Trying { get; } = new TryingTraffic();

    /// <summary>Await each item: where nothing, or one item, lies between the two sides.</summary>
    internal static Traffic Awaiting { get; } = new AwaitingTraffic();

    /// <summary>Writes as <see cref="Trying"/> and reads by <c>await foreach</c>.</summary>
    internal static Traffic ReadAll { get; } = new ReadAllTraffic();

    /// <summary>Writes a writer's first <paramref name="count"/> items in order, from the line on.</summary>
    internal abstract Task Write(StartingLine line, ChannelWriter<long> channel, int writer, long count);

    /// <summary>Reads from the line on until there is an end mark.</summary>
    internal abstract Task Read(StartingLine line, ChannelReader<long> channel, Tally tally);

    private class TryingTraffic : Traffic
    {
        internal override async Task Write(StartingLine line, ChannelWriter<long> channel, int writer, long count)
        {
            await line;
            for (long number = 0; number < count; number++)
            {
                long item = Item.Of(writer, number);
                if (!channel.TryWrite(item)) await channel.WriteAsync(item);
            }
        }

        internal override async Task Read(StartingLine line, ChannelReader<long> channel, Tally tally)
        {
            await line;
            while (await channel.WaitToReadAsync())
            {
                while (channel.TryRead(out long item))
                {
                    if (item == Item.End) return;
                    tally.Take(item);
                }
            }
        }
    }

    private sealed class AwaitingTraffic : Traffic
    {
        internal override async Task Write(StartingLine line, ChannelWriter<long> channel, int writer, long count)
        {
            await line;
            for (long number = 0; number < count; number++) await channel.WriteAsync(Item.Of(writer, number));
        }

        internal override async Task Read(StartingLine line, ChannelReader<long> channel, Tally tally)
        {
            await line;
            while (await channel.ReadAsync() is var item and not Item.End) tally.Take(item);
        }
    }

    private sealed class ReadAllTraffic : TryingTraffic
    {
        internal override async Task Read(StartingLine line, ChannelReader<long> channel, Tally tally)
        {
            IAsyncEnumerable<long> all = channel.ReadAllAsync();
            await line;
            await foreach (long item in all)
            {
                if (item == Item.End) return;
                tally.Take(item);
            }
        }
    }
}
