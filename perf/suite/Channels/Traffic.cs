using System.Threading.Channels;
using FastCore.Channels;
using FastCore.Perf.Rounds;

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

    /// <summary>Whole batches of 64 where the subject has batches; item by item where it has not.</summary>
    internal static Traffic BatchesOf(ChannelSubject subject) => subject == ChannelSubject.FastCore ? new BatchTraffic() : Trying;

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

    private sealed class BatchTraffic : Traffic
    {
        private const int Length = 64;

        internal override async Task Write(StartingLine line, ChannelWriter<long> channel, int writer, long count)
        {
            var batches = (FastChannelWriter<long>)channel;
            long[] items = new long[Length];
            await line;
            for (long number = 0; number < count;)
            {
                int length = (int)Math.Min(Length, count - number);
                for (int i = 0; i < length; i++) items[i] = Item.Of(writer, number++);
                await batches.WriteBatchAsync(items.AsMemory(0, length));
            }
        }

        internal override async Task Read(StartingLine line, ChannelReader<long> channel, Tally tally)
        {
            var batches = (FastChannelReader<long>)channel;
            long[] items = new long[Length];
            await line;
            while (await batches.ReadBatchAsync(items) is var count and > 0)
            {
                // One reader: the end mark is the last item there is.
                int taken = items[count - 1] == Item.End ? count - 1 : count;
                tally.Take(items.AsSpan(0, taken));
                if (taken < count) return;
            }
        }
    }
}
