using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastCore.Atomics;
using FastCore.Channels;
using FastCore.Channels.Waiting;
using FastCore.Tracing;

namespace FastCore.Broadcast;

/// <summary>The engine of <see cref="RingConsumer{T}"/>. BroadcastRingCore.cs has the argument.</summary>
internal sealed class RingConsumerCore<T, TAtomics> : RingConsumer<T>
    where TAtomics : struct, IAtomics
{
    /// <summary>How many laps are looked at together; what was seen published is not looked at again.</summary>
    private const int LookAhead = 64;

    private readonly BroadcastRingCore<T, TAtomics> _ring;

    /// <summary>Those it comes after; none: the publishers. One that has left stays here, and what it followed stands in for it.</summary>
    private readonly RingConsumerCore<T, TAtomics>[] _after;

    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Under the gate: <see cref="_completion"/> is, or is about to be, completed.</summary>
    private bool _hasEnded;

    /// <summary>Under the gate.</summary>
    private Lifecycle _life;

    /// <summary>As last told. Under the gate.</summary>
    private RingConsumerPhase _phase;

    private RingConsumerCursors _cursors;

    internal RingConsumerCore(BroadcastRingCore<T, TAtomics> ring, RingConsumerCore<T, TAtomics>[] after, long position)
    {
        _ring = ring;
        _after = after;
        _cursors.Position = position;
    }

    /// <summary>Those who wait for its next item; one, unless it is misused. Under the gate.</summary>
    internal WaiterList<Waiter<bool>> Waiting { get; } = new();

    /// <summary>Links consumers that ended together, from the gate to the telling.</summary>
    internal RingConsumerCore<T, TAtomics>? NextEnded { get; set; }

    internal long Position => TAtomics.Read(in _cursors.Position);

    internal BroadcastRingCore<T, TAtomics> Ring => _ring;

    /// <summary>Whether there is an item to read; leaves the limits alone, so anyone may ask.</summary>
    internal bool HasItem
    {
        get
        {
            long position = Position;
            return EndOfReadable(position, 1) > position;
        }
    }

    /// <summary>Who has to look after it while it waits.</summary>
    internal int SignalsWhileWaiting =>
        (IsFedByPublishers ? RingSignals.ConsumersWaiting : 0) | (_after.Length != 0 ? RingSignals.DependentsWaiting : 0);

    public override Task Completion => _completion.Task;

    public override int Count
    {
        get
        {
            long position = Position;
            return HasLeft ? 0 : (int)Math.Clamp(EndOfReadable(position, _ring.Capacity) - position, 0, _ring.Capacity);
        }
    }

    private bool HasLeft => TAtomics.Read(in _cursors.Left) != 0;

    private bool IsFedByPublishers => _after.Length == 0 || _after.Any(static other => other.HasLeft && other.IsFedByPublishers);

    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        item = default;
        if (!TryBegin()) return false;
        long position = TAtomics.ReadOwned(in _cursors.Position);
        if (position >= _cursors.Limit && SeeLimit(position, LookAhead) <= position)
        {
            Finish();
            return false;
        }

        item = TAtomics.ReadSlot(in _ring.Slot(position));
        TAtomics.Write(ref _cursors.Position, position + 1);
        Finish();
        _ring.AfterRelease(position + 1);
        return true;
    }

    public override bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        item = default;
        if (!TryBegin()) return false;
        long position = TAtomics.ReadOwned(in _cursors.Position);
        bool found = position < _cursors.Limit || SeeLimit(position, LookAhead) > position;
        if (found) item = TAtomics.ReadSlot(in _ring.Slot(position));
        Finish();
        return found;
    }

    public override int TryReadBatch(Span<T> items)
    {
        if (!TryBegin()) return 0;
        long position = TAtomics.ReadOwned(in _cursors.Position);
        int count = Readable(position, items.Length);
        if (count != 0)
        {
            Span<T> run = _ring.Run(position, count);
            TAtomics.ReadSlots(run, items[..run.Length]);
            if (run.Length < count) TAtomics.ReadSlots(_ring.Run(position + run.Length, count - run.Length), items[run.Length..count]);
            TAtomics.Write(ref _cursors.Position, position + count);
        }

        Finish();
        if (count != 0) _ring.AfterRelease(position + count);
        return count;
    }

    public override ReadOnlySpan<T> Peek(int maximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximum);
        if (!TryBegin()) return [];
        long position = TAtomics.ReadOwned(in _cursors.Position);
        Span<T> run = _ring.Run(position, Readable(position, maximum));
        _cursors.PeekEnd = position + run.Length;
        Finish();
        return run;
    }

    public override void Release(int count)
    {
        long position = TAtomics.ReadOwned(in _cursors.Position);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Math.Max(_cursors.PeekEnd - position, 0));
        if (count == 0) return;
        TAtomics.Write(ref _cursors.Position, position + count);
        _ring.AfterRelease(position + count);
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
        _ring.WaitAsync(new Items(this), cancellationToken);

    public override bool WaitToRead(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        WaitTime.ThrowIfInvalid(timeout);
        return _ring.Wait(new Items(this), timeout, cancellationToken);
    }

    public override void Dispose() => _ring.Leave(this);

    private protected override Exception Closed() => Completions.Closed(HasLeft ? null : _ring.Error);

    /// <summary>Before anyone else has it.</summary>
    internal void StartAt(long position)
    {
        _cursors.Limit = position;
        TAtomics.Write(ref _cursors.Position, position);
    }

    /// <summary>Under the gate.</summary>
    internal bool TryMarkLeft()
    {
        if (_cursors.Left != 0) return false;
        TAtomics.Write(ref _cursors.Left, 1);
        return true;
    }

    /// <summary>Waits until no call copies from slots; there is at most one, and it waits for nothing.</summary>
    internal void WaitUntilQuiet()
    {
        var spinner = new SpinWait();
        while (TAtomics.Read(in _cursors.Reading) != 0) TAtomics.Spin(ref spinner);
    }

    /// <summary>Whether its Completion is to be completed now. Under the gate.</summary>
    internal bool TryEnd()
    {
        if (_hasEnded) return false;
        return _hasEnded = true;
    }

    /// <summary>Tells the trace where it stands, if that is news. Under the gate.</summary>
    internal void NotePhase()
    {
        if (!Lifecycle.IsWatched) return;
        if (Tracer.IsOn && _life.Subject == 0)
        {
            // One that is older than the recording joins it as one that reads.
            _life.Begin();
            _phase = RingConsumerPhase.Reading;
        }

        RingConsumerPhase phase = HasLeft ? RingConsumerPhase.Left : _hasEnded ? RingConsumerPhase.Ended : Waiting.IsEmpty ? RingConsumerPhase.Reading : RingConsumerPhase.Waiting;
        if (phase == _phase) return;
        _life.Step(RingConsumerTable.Step(_phase, phase), Position);
        _phase = phase;
    }

    /// <summary>Outside the gate.</summary>
    internal void CompleteCompletion() => Completions.Complete(_completion, HasLeft ? null : _ring.Error);

    /// <summary>Begins a call that copies from slots; false once it has left. Paired with the fence of whoever makes it leave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryBegin()
    {
        TAtomics.Write(ref _cursors.Reading, 1);
        if (TAtomics.Read(in _cursors.Left) == 0) return true;
        Finish();
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish() => TAtomics.Write(ref _cursors.Reading, 0);

    /// <summary>How many of <paramref name="wanted"/> items are there; looks at whom it follows only when it must.</summary>
    private int Readable(long position, int wanted)
    {
        long readable = _cursors.Limit - position;
        if (readable < wanted) readable = SeeLimit(position, wanted) - position;
        return (int)Math.Clamp(readable, 0, wanted);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long SeeLimit(long position, int wanted) => _cursors.Limit = EndOfReadable(position, wanted);

    /// <summary>How far it may read, which can lie before <paramref name="from"/> when it has just joined.</summary>
    private long EndOfReadable(long from, int wanted)
    {
        if (_after.Length == 0) return _ring.PublishedFrom(from, wanted);
        long end = long.MaxValue;
        foreach (RingConsumerCore<T, TAtomics> other in _after)
        {
            end = Math.Min(end, other.HasLeft ? other.EndOfReadable(from, wanted) : other.Position);
        }

        return end;
    }

    /// <summary>The consumer's wait for an item.</summary>
    private readonly struct Items(RingConsumerCore<T, TAtomics> consumer) : IRingSide
    {
        public bool IsReady => !consumer.HasLeft && consumer.HasItem;

        public bool HasEnded => consumer.HasLeft || consumer.Position == consumer._ring.End;

        public Exception? Error => consumer.HasLeft ? null : consumer._ring.Error;

        public WaiterList<Waiter<bool>> Enlist() => consumer.Waiting;
    }
}
