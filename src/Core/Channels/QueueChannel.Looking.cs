// What a live view sees. Under the gate, and bounded, so that who looks holds nobody up for long.

using FastCore.Channels.Waiting;
using FastCore.Diagnostics;

namespace FastCore.Channels;

internal sealed partial class QueueChannel<T, TQueue, TAtomics>
{
    string IWaitedOn.Kind => Kind;

    private string Kind => !TQueue.HoldsItems ? $"rendezvous of {typeof(T).Name}"
        : _options.Capacity == int.MaxValue ? $"unbounded channel of {typeof(T).Name}"
        : $"bounded channel ({_options.Capacity}) of {typeof(T).Name}";

    int IWaitedOn.Contended => _gate.Contended;

    public override ChannelLook Look()
    {
        int? capacity = !TQueue.HoldsItems ? 0 : _options.Capacity == int.MaxValue ? null : _options.Capacity;
        TAtomics.Enter(_gate);
        var look = new ChannelLook(
            capacity,
            TQueue.HoldsItems ? _queue.Count : 0,
            Count(_readersQueued) + Count(_readersWaiting) + Count(_readersGathering),
            Count(_writersQueued) + Count(_writersWaiting),
            _isClosed);
        TAtomics.Exit(_gate);
        return look;
    }

    private static int Count(WaiterList list)
    {
        int count = 0;
        for (Waiter? waiter = list.Head; waiter is not null && count < ChannelLook.MostCounted; waiter = waiter.Next) count++;
        return count;
    }

    private sealed partial class ReadSide : IWaitedFace
    {
        IWaitedOn IWaitedFace.Waited => _channel;
    }

    private sealed partial class WriteSide : IWaitedFace
    {
        IWaitedOn IWaitedFace.Waited => _channel;
    }
}
