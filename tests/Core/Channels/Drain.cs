using System.Threading.Channels;

namespace FastCore.Tests.Channels;

/// <summary>What comes out of a reader, with a limit to how long a test waits for it.</summary>
internal static class Drain
{
    internal static async Task<List<T>> ToList<T>(ChannelReader<T> reader)
    {
        var items = new List<T>();
        await ToList(reader, items);
        return items;
    }

    /// <summary>Adds to <paramref name="items"/> what comes, until the end or the error.</summary>
    internal static async Task ToList<T>(ChannelReader<T> reader, List<T> items)
    {
        using var patience = new CancellationTokenSource(Hang.Patience);
        await foreach (T item in reader.ReadAllAsync(patience.Token)) items.Add(item);
    }

    internal static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Hang.Patience);

    internal static Task InTime(this Task task) => task.WaitAsync(Hang.Patience);
}
