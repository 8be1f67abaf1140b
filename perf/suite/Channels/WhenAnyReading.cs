using System.Threading.Channels;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Channels;

/// <summary>
/// What stock channels offer instead of a select, as well as it can be done: the waits that have not completed are kept, so
/// that none is left behind in a channel, and of every wait that has completed items are taken before the next
/// <see cref="Task.WhenAny{TResult}(Task{TResult}[])"/>, so that no channel starves.
/// </summary>
/// <param name="channels">What is read.</param>
/// <param name="longestRun">How many items are taken of a channel that has them, before it is the next one's turn.</param>
internal sealed class WhenAnyReading(ChannelReader<long>[] channels, int longestRun) : ISelectReading
{
    /// <summary>Those still wait when a round ends, and the next one goes on with them.</summary>
    private readonly Task<bool>?[] _waits = new Task<bool>?[channels.Length];

    public async Task Read(StartingLine line, Tally tally)
    {
        await line;
        for (int i = 0; i < channels.Length; i++) _waits[i] ??= channels[i].WaitToReadAsync().AsTask();
        Task<bool>[] waits = _waits!;
        for (int ended = 0; ended < channels.Length;)
        {
            await Task.WhenAny(waits);
            for (int i = 0; i < channels.Length; i++)
            {
                if (!waits[i].IsCompleted) continue;
                if (!await waits[i]) return;
                for (int taken = 0; taken < longestRun && channels[i].TryRead(out long item); taken++)
                {
                    if (item == Item.End) ended++;
                    else tally.Take(item);
                }

                waits[i] = channels[i].WaitToReadAsync().AsTask();
            }
        }
    }
}
