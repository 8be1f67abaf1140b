// What a debugger sees. It asks while every thread is stopped, wherever it was; so nothing here takes the gate or any lock, and
// nothing here is called by the channel itself.

using System.Diagnostics;
using FastCore.Channels.Debugging;
using FastCore.Channels.Waiting;

namespace FastCore.Channels;

[DebuggerDisplay("{DebuggerDisplay,nq}")]
[DebuggerTypeProxy(typeof(ChannelDebugView<,,>))]
internal sealed partial class QueueChannel<T, TQueue, TAtomics> : IDebuggedChannel<T>
{
    private string DebuggerDisplay
    {
        get
        {
            int readers = Length(_readersQueued) + Length(_readersWaiting) + Length(_readersGathering);
            int writers = Length(_writersQueued) + Length(_writersWaiting);
            return $"Items = {_queue.Count}, Waiting readers = {readers}, Waiting writers = {writers}, Closed = {_isClosed}";
        }
    }

    ChannelSnapshot<T> IDebuggedChannel<T>.TakeSnapshot()
    {
        var items = new List<T>();
        _queue.CopyTo(items);
        var waiting = new List<T>();
        for (Waiter? waiter = _writersQueued.First; waiter is not null; waiter = waiter.Next)
        {
            if (waiter is WriteWaiter<T> writer) waiting.Add(writer.Item!);
        }

        return new ChannelSnapshot<T>
        {
            Items = [.. items],
            ItemsOfWaitingWrites = [.. waiting],
            IsClosed = _isClosed,
            Error = _error,
            Completion = _completion.Task.Status,
            WaitingReads = Length(_readersQueued),
            WaitingBatchReads = Length(_readersGathering),
            WaitingToRead = Length(_readersWaiting),
            WaitingToWrite = Length(_writersWaiting),
        };
    }

    private static int Length(WaiterList list)
    {
        int length = 0;
        for (Waiter? waiter = list.Head; waiter is not null; waiter = waiter.Next) length++;
        return length;
    }

    [DebuggerDisplay("{DebuggerDisplay,nq}")]
    [DebuggerTypeProxy(typeof(ChannelDebugView<,,>))]
    private sealed partial class ReadSide : IDebuggedChannel<T>
    {
        private string DebuggerDisplay => _channel.DebuggerDisplay;

        ChannelSnapshot<T> IDebuggedChannel<T>.TakeSnapshot() => ((IDebuggedChannel<T>)_channel).TakeSnapshot();
    }

    [DebuggerDisplay("{DebuggerDisplay,nq}")]
    [DebuggerTypeProxy(typeof(ChannelDebugView<,,>))]
    private sealed partial class WriteSide : IDebuggedChannel<T>
    {
        private string DebuggerDisplay => _channel.DebuggerDisplay;

        ChannelSnapshot<T> IDebuggedChannel<T>.TakeSnapshot() => ((IDebuggedChannel<T>)_channel).TakeSnapshot();
    }
}
