using System.Threading.Channels;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Channels;

/// <summary>What the threads of a channel model do: real calls, with a wait of the model wherever real code would await.</summary>
internal static class ChannelScripts
{
    internal static T Await<T>(ValueTask<T> operation)
    {
        Model.WaitUntil(() => operation.IsCompleted);
        return operation.GetAwaiter().GetResult();
    }

    internal static void Await(ValueTask operation)
    {
        Model.WaitUntil(() => operation.IsCompleted);
        operation.GetAwaiter().GetResult();
    }

    internal static void WriteAll(ChannelWriter<int> writer, params int[] items)
    {
        foreach (int item in items) Await(writer.WriteAsync(item));
    }

    internal static void WriteAllByWaiting(ChannelWriter<int> writer, params int[] items)
    {
        foreach (int item in items)
        {
            while (!writer.TryWrite(item)) Model.Require(Await(writer.WaitToWriteAsync()), "The channel is open, so there will be room.");
        }
    }

    internal static List<int> Read(ChannelReader<int> reader, int count)
    {
        var items = new List<int>();
        for (int i = 0; i < count; i++) items.Add(Await(reader.ReadAsync()));
        return items;
    }

    internal static void ReadToEnd(ChannelReader<int> reader, List<int> into)
    {
        while (Await(reader.WaitToReadAsync()))
        {
            while (reader.TryRead(out int item)) into.Add(item);
        }
    }

    /// <summary>What a read with this token came to, or null if it was cancelled.</summary>
    internal static int? ReadOrCancel(ChannelReader<int> reader, CancellationToken cancellationToken)
    {
        ValueTask<int> read = reader.ReadAsync(cancellationToken);
        Model.WaitUntil(() => read.IsCompleted);
        return read.IsCanceled ? null : read.GetAwaiter().GetResult();
    }
}
