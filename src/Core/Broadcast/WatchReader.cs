using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using FastCore.Atomics;

namespace FastCore.Broadcast;

/// <summary>One reader of a <see cref="Watch{T}"/>: a <see cref="ChannelReader{T}"/> that yields the latest value whenever it has changed.</summary>
/// <remarks>
/// <para><b>Threads.</b> Everything is allowed from any thread; of two reads at the same time one gets the change.</para>
/// <para><b>Order, cancellation, completion, allocation.</b> See <see cref="Watch{T}"/>.</para>
/// </remarks>
[DebuggerDisplay("Value = {Value}, Changed = {HasChanged}")]
public sealed class WatchReader<T> : ChannelReader<T>
{
    private readonly WatchCore<T, HardwareAtomics> _core;

    /// <summary>The version read last; only goes up.</summary>
    private long _seen = -1;

    internal WatchReader(WatchCore<T, HardwareAtomics> core) => _core = core;

    /// <summary>The latest value, whether or not this reader has read it; it stays a change if it was one.</summary>
    public T Value => _core.State.Value;

    /// <summary>Whether there is a value that this reader has not read.</summary>
    public bool HasChanged => _core.State.Version > HardwareAtomics.Read(in _seen);

    /// <inheritdoc/>
    public override bool CanCount => true;

    /// <inheritdoc/>
    public override bool CanPeek => true;

    /// <summary>1 when there is a value that this reader has not read, else 0.</summary>
    public override int Count => HasChanged ? 1 : 0;

    /// <summary>Completes when the watch does, whether or not the last value has been read.</summary>
    public override Task Completion => _core.Completion;

    /// <summary>Reads the latest value, if this reader has not read it yet.</summary>
    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        WatchState<T> state = _core.State;
        long seen = HardwareAtomics.Read(in _seen);
        while (state.Version > seen)
        {
            long before = HardwareAtomics.CompareExchange(ref _seen, state.Version, seen);
            if (before == seen)
            {
                item = state.Value;
                return true;
            }

            seen = before;
        }

        item = default;
        return false;
    }

    /// <summary>Shows the latest value, if this reader has not read it yet.</summary>
    public override bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        WatchState<T> state = _core.State;
        bool changed = state.Version > HardwareAtomics.Read(in _seen);
        item = changed ? state.Value : default;
        return changed;
    }

    /// <summary>Waits for a value that this reader has not read; it then stays a change until it is read.</summary>
    /// <returns>True when there is one, false when the watch is completed and its last value has been read.</returns>
    /// <remarks><b>Cancellation.</b> No change is lost, nothing is left behind.</remarks>
    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
        _core.WaitForChangeAsync(HardwareAtomics.Read(in _seen), cancellationToken);

    /// <summary>Reads the latest value, when it is one that this reader has not read.</summary>
    /// <remarks><b>Cancellation.</b> It is cancelled, or has read a value and yields it.</remarks>
    /// <exception cref="ChannelClosedException">The watch is completed and its last value has been read. (In the ValueTask.)</exception>
    public override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<T>(cancellationToken);
        return TryRead(out T? item) ? new ValueTask<T>(item) : WaitingReads.ReadAsync(this, cancellationToken);
    }
}
