using System.Threading.Channels;

namespace FastCore.Perf.Channels;

/// <summary>Writers and readers as real code has them: try first, wait asynchronously.</summary>
internal static class Traffic
{
    /// <summary>Writes first, first + 1, … in order.</summary>
    internal static async Task Write(ChannelWriter<long> writer, long first, long count)
    {
        for (long item = first; item < first + count; item++)
        {
            if (!writer.TryWrite(item)) await writer.WriteAsync(item);
        }
    }

    /// <summary>Reads to the end.</summary>
    internal static async Task<Tally> Read(ChannelReader<long> reader)
    {
        Tally tally = default;
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out long item)) tally = tally.With(item);
        }

        return tally;
    }

    /// <summary>The sum of 0 … count - 1.</summary>
    internal static long SumBelow(long count) => count * (count - 1) / 2;
}

/// <summary>What a reader got.</summary>
internal readonly record struct Tally(long Count, long Sum)
{
    internal Tally With(long item) => new(Count + 1, Sum + item);

    public static Tally operator +(Tally one, Tally other) => new(one.Count + other.Count, one.Sum + other.Sum);
}
