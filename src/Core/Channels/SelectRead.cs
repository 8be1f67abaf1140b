using System.Diagnostics.CodeAnalysis;
using FastCore.Channels.Selecting;
using FastCore.Channels.Waiting;
using FastCore.Diagnostics;

namespace FastCore.Channels;

/// <summary>A read of a <see cref="ChannelSelect"/>.</summary>
/// <typeparam name="T">What is read.</typeparam>
public sealed class SelectRead<T> : SelectCase
{
    /// <summary>
    /// Long enough that a run's items, which lie side by side, cost little more than the first; a write has none, for to spread
    /// the items may be what a select of writes is for.
    /// </summary>
    private const int Run = 32;

    private readonly FastChannelReader<T> _reader;

    private readonly Waiter<T> _waiter;

    private T? _item;

    private bool _hasItem;

    private bool _isEnlisted;

    internal SelectRead(FastChannelReader<T> reader, ISelectClaim select, int index)
        : base(index)
    {
        _reader = reader;
        _waiter = reader.CreateSelectWaiter(this, select);
    }

    internal override (WaitOperation Operation, WaitTarget Target) WaitsFor => (WaitOperation.Read, WaitTarget.Of(_waiter.Owner));

    internal override bool HoldsItem => _hasItem;

    internal override int LongestRun => Run;

    /// <summary>Takes the item that this case received when it was the one that took place.</summary>
    /// <returns>False: it was not, or its channel has ended (<see cref="SelectCase.HasEnded"/>).</returns>
    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        bool has = _hasItem;
        item = _item;
        _item = default;
        _hasItem = false;
        return has;
    }

    /// <summary>Keeps the item until it is taken.</summary>
    internal void Receive(T item)
    {
        _item = item;
        _hasItem = true;
    }

    internal override bool TryNow()
    {
        switch (_reader.TrySelect(out T? item, out Exception? error))
        {
            case CaseOutcome.NotNow:
                return false;
            case CaseOutcome.Done:
                Receive(item!);
                return true;
            default:
                End(error);
                return true;
        }
    }

    internal override void Enlist()
    {
        _isEnlisted = true;
        _reader.Enlist(_waiter);
    }

    internal override void Delist()
    {
        if (!_isEnlisted) return;
        _isEnlisted = false;
        _reader.Delist(_waiter);
    }

    internal override void NoteSelected()
    {
        if (!HasEnded) _reader.NoteSelected();
    }
}
