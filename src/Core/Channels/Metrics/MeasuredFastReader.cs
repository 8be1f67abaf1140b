using System.Diagnostics.CodeAnalysis;
using FastCore.Channels.Selecting;
using FastCore.Channels.Waiting;

namespace FastCore.Channels.Metrics;

/// <summary>A <see cref="MeasuredReader{T}"/> with all that the reader of a <see cref="FastChannel{T}"/> can do. Batches read and wait by its own members.</summary>
internal sealed class MeasuredFastReader<T>(FastChannelReader<T> inner, ChannelMeasure measure) : FastChannelReader<T>
{
    public override Task Completion => inner.Completion;

    public override bool CanCount => inner.CanCount;

    public override int Count => inner.Count;

    public override bool CanPeek => inner.CanPeek;

    public override bool CanPeekBatch => inner.CanPeekBatch;

    public override bool TryPeek([MaybeNullWhen(false)] out T item) => inner.TryPeek(out item);

    public override ReadOnlySpan<T> PeekBatch(int maximum) => inner.PeekBatch(maximum);

    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        if (!inner.TryRead(out item)) return false;
        measure.OnRead();
        return true;
    }

    public override bool TryRead([MaybeNullWhen(false)] out T item, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        WaitTime.ThrowIfInvalid(timeout);
        cancellationToken.ThrowIfCancellationRequested();
        if (TryRead(out item)) return true;
        long began = timeout == TimeSpan.Zero ? 0 : measure.BeginWait();
        try
        {
            if (!inner.TryRead(out item, timeout, cancellationToken)) return false;
            measure.OnRead();
            return true;
        }
        finally
        {
            measure.EndWait(began, ChannelMeasure.ReadTag);
        }
    }

    public override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default) => measure.Read(inner.ReadAsync(cancellationToken));

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
        measure.Time(inner.WaitToReadAsync(cancellationToken), ChannelMeasure.ReadTag);

    public override int TryReadBatch(Span<T> items)
    {
        int count = inner.TryReadBatch(items);
        measure.OnRead(count);
        return count;
    }

    public override void Release(int count)
    {
        inner.Release(count);
        measure.OnRead(count);
    }

    internal override ValueTask<bool> WaitToReadManyAsync(int count, TimeSpan timeout, CancellationToken cancellationToken) =>
        measure.Time(inner.WaitToReadManyAsync(count, timeout, cancellationToken), ChannelMeasure.ReadTag);

    internal override CaseOutcome TrySelect(out T? item, out Exception? error)
    {
        CaseOutcome outcome = inner.TrySelect(out item, out error);
        if (outcome == CaseOutcome.Done) measure.OnRead();
        return outcome;
    }

    internal override Waiter<T> CreateSelectWaiter(SelectRead<T> read, ISelectClaim select) => inner.CreateSelectWaiter(read, select);

    internal override void Enlist(Waiter<T> waiter) => inner.Enlist(waiter);

    internal override void Delist(Waiter<T> waiter) => inner.Delist(waiter);

    internal override void NoteSelected()
    {
        inner.NoteSelected();
        measure.OnRead();
    }
}
