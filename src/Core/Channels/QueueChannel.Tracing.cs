// What the trace hears of a channel. Only the paths that come to the gate tell; reads and writes that need not wait have no
// hook, and cost nothing. All of it under the gate.

using System.Runtime.CompilerServices;
using FastCore.Channels.Waiting;
using FastCore.Scheduling;
using FastCore.Tracing;

namespace FastCore.Channels;

internal sealed partial class QueueChannel<T, TQueue, TAtomics>
{
    private const string OwnNamespace = "FastCore.Channels.";

    private Lifecycle _life;

    private Lifecycle _closing;

    /// <summary>The method that made it, if it was made while the places of spawns were recorded.</summary>
    private readonly string? _madeBy = Tracer.IsOn && Tracer.RecordsSpawnPlaces ? WorkItemNames.CallingMethod(OwnNamespace) : null;

    /// <summary>The number of its name, when it has joined a recording.</summary>
    private int _nameInTrace;

    /// <summary>As last told.</summary>
    private ChannelPhase _phase;

    long IWaiterOwner.InTrace
    {
        get
        {
            BeginToTrace();
            return WaiterArguments.OfChannel(_nameInTrace, _life.Subject);
        }
    }

    private ChannelTable Lives => !TQueue.HoldsItems ? ChannelTables.Rendezvous : _options.Capacity == int.MaxValue ? ChannelTables.Unbounded : ChannelTables.Bounded;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NotePhase()
    {
        if (Lifecycle.IsWatched) TellPhase();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TellPhase()
    {
        BeginToTrace();
        ChannelPhase phase = LookAtPhase();
        if (phase == _phase) return;
        _life.Step(Lives.Step(_phase, phase));
        _phase = phase;
    }

    private ChannelPhase LookAtPhase()
    {
        if (_isClosed) return _isEnded ? ChannelPhase.Ended : ChannelPhase.Closed;
        bool read = !(_readersQueued.IsEmpty && _readersWaiting.IsEmpty && _readersGathering.IsEmpty);
        bool write = !(_writersQueued.IsEmpty && _writersWaiting.IsEmpty);
        if (read && write) return ChannelPhase.BothWait;
        if (read) return ChannelPhase.ReadersWait;
        return write ? ChannelPhase.WritersWait : ChannelPhase.Idle;
    }

    private void NoteClosing(Transition step)
    {
        if (!Lifecycle.IsWatched) return;
        if (step == ChannelTables.Close) _closing.Begin();
        _closing.Step(step, _life.Subject);
    }

    private static void NoteStay(Waiter waiter)
    {
        if (Lifecycle.IsWatched) waiter.NoteParked();
    }

    /// <summary>A channel that is older than the recording joins it as one that nobody has waited on.</summary>
    private void BeginToTrace()
    {
        if (!Tracer.IsOn || _life.Subject != 0) return;
        _life.Begin();
        _nameInTrace = TraceNames.Intern(_madeBy is null ? Kind : $"{Kind}\n{_madeBy}");
        _phase = ChannelPhase.Idle;
    }
}
