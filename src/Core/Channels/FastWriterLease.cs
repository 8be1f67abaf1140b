using FastCore.Channels.Leases;
using FastCore.Channels.Selecting;
using FastCore.Channels.Waiting;

namespace FastCore.Channels;

/// <summary>
/// A <see cref="WriterLease{T}"/> of a <see cref="FastChannel{T}"/>: with batches, writes that block, writes in place, and a
/// place in a <see cref="ChannelSelect"/>.
/// </summary>
/// <typeparam name="T">What passes through the channel.</typeparam>
/// <remarks>
/// <inheritdoc cref="WriterLease{T}" path="/remarks/node()"/>
/// <para>
/// A select is a wait as others are: it ends as if the lease had not been disposed meanwhile, and the next one throws.
/// </para>
/// </remarks>
public sealed class FastWriterLease<T> : FastChannelWriter<T>, IDisposable
{
    private readonly FastChannelWriter<T> _writer;

    private WriterShare<T> _share;

    internal FastWriterLease(SharedWriter<T> shared, FastChannelWriter<T> writer) => (_writer, _share) = (writer, new WriterShare<T>(shared));

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public override bool CanClaim => Writer.CanClaim;

    private FastChannelWriter<T> Writer
    {
        get
        {
            _share.Held(by: this);
            return _writer;
        }
    }

    /// <inheritdoc cref="WriterLease{T}.Share"/>
    public FastWriterLease<T> Share() => new(_share.Again(by: this), _writer);

    /// <inheritdoc cref="WriterLease{T}.Dispose"/>
    public void Dispose() => _share.GiveBack();

    /// <inheritdoc cref="WriterLease{T}.TryComplete"/>
    public override bool TryComplete(Exception? error = null) => Writer.TryComplete(error);

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public override bool TryWrite(T item) => Writer.TryWrite(item);

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public override bool TryWrite(T item, TimeSpan timeout, CancellationToken cancellationToken = default) => Writer.TryWrite(item, timeout, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default) => Writer.WriteAsync(item, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) => Writer.WaitToWriteAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public override int TryWriteBatch(ReadOnlySpan<T> items) => Writer.TryWriteBatch(items);

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public override ValueTask<int> WriteBatchAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken = default) => Writer.WriteBatchAsync(items, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public override Span<T> Claim(int maximum) => Writer.Claim(maximum);

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public override bool Publish(int count) => Writer.Publish(count);

    /// <summary>Another lease of the same channel, for one who knows only that it is a writer.</summary>
    internal WriterLease<T> ShareAsAnyWriter() => new(_share.Again(by: this));

    internal override CaseOutcome TrySelect(T item, out Exception? error) => Writer.TrySelect(item, out error);

    internal override WriteWaiter<T> CreateSelectWaiter(SelectWrite<T> write, ISelectClaim select) => Writer.CreateSelectWaiter(write, select);

    /// <remarks>The select has just tried: a lease that is disposed from then on has a write that waits.</remarks>
    internal override void Enlist(WriteWaiter<T> waiter) => _writer.Enlist(waiter);

    internal override void Delist(WriteWaiter<T> waiter) => _writer.Delist(waiter);

    internal override void NoteSelected() => _writer.NoteSelected();
}
