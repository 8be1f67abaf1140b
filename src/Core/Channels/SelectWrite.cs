using FastCore.Channels.Selecting;
using FastCore.Channels.Waiting;
using FastCore.Diagnostics;

namespace FastCore.Channels;

/// <summary>A write of a <see cref="ChannelSelect"/>.</summary>
/// <typeparam name="T">What is written.</typeparam>
public sealed class SelectWrite<T> : SelectCase
{
    private readonly FastChannelWriter<T> _writer;

    private readonly WriteWaiter<T> _waiter;

    private bool _isEnlisted;

    internal SelectWrite(FastChannelWriter<T> writer, ISelectClaim select, int index)
        : base(index)
    {
        _writer = writer;
        _waiter = writer.CreateSelectWaiter(this, select);
    }

    /// <summary>
    /// What is written when this case takes place: it has been written exactly if the select returned this case's index and
    /// <see cref="SelectCase.HasEnded"/> is false. Not to be changed while the select waits.
    /// </summary>
    public T? Item { get; set; }

    internal override (WaitOperation Operation, WaitTarget Target) WaitsFor => (WaitOperation.Write, WaitTarget.Of(_waiter.Owner));

    internal override bool HoldsItem => false;

    internal override bool TryNow()
    {
        CaseOutcome outcome = _writer.TrySelect(Item!, out Exception? error);
        if (outcome == CaseOutcome.Ended) End(error);
        return outcome != CaseOutcome.NotNow;
    }

    internal override void Enlist()
    {
        _isEnlisted = true;
        _waiter.Item = Item;
        _writer.Enlist(_waiter);
    }

    internal override void Delist()
    {
        if (!_isEnlisted) return;
        _isEnlisted = false;
        _writer.Delist(_waiter);
        _waiter.Item = default;
    }

    internal override void NoteSelected()
    {
        if (!HasEnded) _writer.NoteSelected();
    }
}
