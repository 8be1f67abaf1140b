// Capacity 0: the queue holds nothing, and an item goes from a writer that waits to a reader, or from a writer to a reader
// that waits. All of it happens under the gate.
//
// Invariant, whenever the gate is free: readers or writers are queued, not both; except that cases of one and the same select
// may be, which can't meet each other.

using System.Diagnostics.CodeAnalysis;
using FastCore.Channels.Waiting;

namespace FastCore.Channels;

internal sealed partial class QueueChannel<T, TQueue, TAtomics>
{
    /// <summary>Pairs the readers and writers that wait. Under the gate.</summary>
    private void HandOver(ref Decided decided)
    {
        Waiter<T>? reader = _readersQueued.First;
        while (reader is not null && !_writersQueued.IsEmpty)
        {
            Waiter<T>? next = _readersQueued.After(reader);
            HandOverTo(reader, ref decided);
            reader = next;
        }
    }

    private void HandOverTo(Waiter<T> reader, ref Decided decided)
    {
        WriteWaiter<T>? next;
        for (WriteWaiter<T>? writer = _writersQueued.First; writer is not null; writer = next)
        {
            next = _writersQueued.After(writer);
            if (reader.SelectNumber != 0 && reader.SelectNumber == writer.SelectNumber) continue;
            switch (TryClaimBoth(reader, writer))
            {
                case Claim.Both:
                    _readersQueued.Remove(reader);
                    _writersQueued.Remove(writer);
                    reader.Succeed(writer.Item!);
                    writer.Succeed(true);
                    decided.Add(reader);
                    decided.Add(writer);
                    return;
                case Claim.ReaderIsGone:
                    _readersQueued.Remove(reader);
                    return;
                default:
                    _writersQueued.Remove(writer);
                    break;
            }
        }
    }

    /// <remarks>
    /// Each may be the case of a select, whose claim may have to wait for another channel's; all take them in the order of
    /// the selects' numbers, so nobody waits in a circle.
    /// </remarks>
    private static Claim TryClaimBoth(Waiter<T> reader, WriteWaiter<T> writer)
    {
        if (reader.SelectNumber < writer.SelectNumber)
        {
            if (!reader.TryClaim()) return Claim.ReaderIsGone;
            if (writer.TryClaim()) return Claim.Both;
            reader.Unclaim();
            return Claim.WriterIsGone;
        }

        if (!writer.TryClaim()) return Claim.WriterIsGone;
        if (reader.TryClaim()) return Claim.Both;
        writer.Unclaim();
        return Claim.ReaderIsGone;
    }

    /// <summary>Gives the item to the first reader that waits.</summary>
    private bool TryGiveInTurn(T item)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        bool given = GiveToReader(item, ref decided);
        ShowQueued();
        NotePhase();
        TAtomics.Exit(_gate);
        Tell(in decided);
        return given;
    }

    /// <summary>Gives the item to the first reader that is queued and can still be served. Under the gate.</summary>
    private bool GiveToReader(T item, ref Decided decided)
    {
        while (_readersQueued.First is { } reader)
        {
            _readersQueued.Remove(reader);
            if (!reader.TryClaim()) continue;
            reader.Succeed(item);
            decided.Add(reader);
            return true;
        }

        return false;
    }

    /// <summary>Takes the item of the first writer that waits.</summary>
    private bool TryTakeInTurn([MaybeNullWhen(false)] out T item)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        bool taken = TakeFromWriter(out item, ref decided);
        ShowQueued();
        NotePhase();
        TAtomics.Exit(_gate);
        Tell(in decided);
        return taken;
    }

    /// <summary>Takes the item of the first writer that is queued and can still be served. Under the gate.</summary>
    private bool TakeFromWriter([MaybeNullWhen(false)] out T item, ref Decided decided)
    {
        while (_writersQueued.First is { } writer)
        {
            _writersQueued.Remove(writer);
            if (!writer.TryClaim()) continue;
            item = writer.Item!;
            writer.Succeed(true);
            decided.Add(writer);
            return true;
        }

        item = default;
        return false;
    }

    private enum Claim
    {
        Both,
        ReaderIsGone,
        WriterIsGone,
    }

    private sealed partial class ReadSide
    {
        private bool TryTake([MaybeNullWhen(false)] out T item)
        {
            if ((TAtomics.Read(in _channel._signals) & SignalWord.WritersQueued) != 0) return _channel.TryTakeInTurn(out item);
            item = default;
            return false;
        }
    }

    private sealed partial class WriteSide
    {
        /// <summary>A queue that drops what it can't hand over takes the item when no reader waits.</summary>
        private bool TryGive(T item)
        {
            if ((TAtomics.Read(in _channel._signals) & SignalWord.ReadersQueued) != 0 && _channel.TryGiveInTurn(item)) return true;
            return _queue.TryEnqueue(item);
        }
    }
}
