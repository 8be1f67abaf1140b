using FastCore.Channels.Selecting;
using FastCore.Channels.Waiting;

namespace FastCore.Channels.Metrics;

/// <summary>A <see cref="MeasuredWriter{T}"/> with all that the writer of a <see cref="FastChannel{T}"/> can do. Batches write and wait by its own members.</summary>
internal sealed class MeasuredFastWriter<T>(FastChannelWriter<T> inner, ChannelMeasure measure) : FastChannelWriter<T>
{
    public override bool CanClaim => inner.CanClaim;

    public override bool TryComplete(Exception? error = null) => inner.TryComplete(error);

    public override bool TryWrite(T item)
    {
        if (!inner.TryWrite(item)) return false;
        measure.OnWritten();
        return true;
    }

    public override bool TryWrite(T item, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        WaitTime.ThrowIfInvalid(timeout);
        cancellationToken.ThrowIfCancellationRequested();
        if (TryWrite(item)) return true;
        long began = timeout == TimeSpan.Zero ? 0 : measure.BeginWait();
        try
        {
            if (!inner.TryWrite(item, timeout, cancellationToken)) return false;
            measure.OnWritten();
            return true;
        }
        finally
        {
            measure.EndWait(began, ChannelMeasure.WriteTag);
        }
    }

    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default) => measure.Write(inner.WriteAsync(item, cancellationToken));

    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) =>
        measure.Time(inner.WaitToWriteAsync(cancellationToken), ChannelMeasure.WriteTag);

    public override int TryWriteBatch(ReadOnlySpan<T> items)
    {
        int count = inner.TryWriteBatch(items);
        measure.OnWritten(count);
        return count;
    }

    public override Span<T> Claim(int maximum) => inner.Claim(maximum);

    public override bool Publish(int count)
    {
        if (!inner.Publish(count)) return false;
        measure.OnWritten(count);
        return true;
    }

    internal override CaseOutcome TrySelect(T item, out Exception? error)
    {
        CaseOutcome outcome = inner.TrySelect(item, out error);
        if (outcome == CaseOutcome.Done) measure.OnWritten();
        return outcome;
    }

    internal override WriteWaiter<T> CreateSelectWaiter(SelectWrite<T> write, ISelectClaim select) => inner.CreateSelectWaiter(write, select);

    internal override void Enlist(WriteWaiter<T> waiter) => inner.Enlist(waiter);

    internal override void Delist(WriteWaiter<T> waiter) => inner.Delist(waiter);

    internal override void NoteSelected()
    {
        inner.NoteSelected();
        measure.OnWritten();
    }
}
