using System.Threading.Channels;
using FastCore.Diagnostics;

namespace FastCore.Channels;

/// <summary>One of the operations of a <see cref="ChannelSelect"/>.</summary>
public abstract class SelectCase
{
    private protected SelectCase(int index) => Index = index;

    /// <summary>Which it is: cases are numbered from 0 in the order they were added.</summary>
    public int Index { get; }

    /// <summary>
    /// Whether it takes part. False takes it out until it is true again; a case whose channel has ended is taken out by itself,
    /// after it was told once. Not to be changed while the select waits.
    /// </summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>Whether its channel ended (a read) or was completed (a write): the case was told, and nothing was read or written.</summary>
    public bool HasEnded { get; private protected set; }

    /// <summary>The error with which the channel was completed; null if there is none.</summary>
    public Exception? Error { get; private protected set; }

    /// <summary>What it waits for, and on what.</summary>
    internal abstract (WaitOperation Operation, WaitTarget Target) WaitsFor { get; }

    /// <summary>Whether there is something that the user has yet to take.</summary>
    internal abstract bool HoldsItem { get; }

    /// <summary>How many times in a row it may take place, while it can at once, before it is the others' turn.</summary>
    internal virtual int LongestRun => 1;

    /// <summary>Does it now if it can be done now, or tells the end. By the selecting thread.</summary>
    internal abstract bool TryNow();

    /// <summary>Queues it in its channel. By the selecting thread.</summary>
    internal abstract void Enlist();

    /// <summary>
    /// Takes it out of its channel's list, if it is there. By the awaiter; it always goes through the channel's gate, for who
    /// has that may be about to claim this round for a case that is out of the list already.
    /// </summary>
    internal abstract void Delist();

    /// <summary>Tells its channel that it took place after a wait. By the awaiter, when nothing is left of that wait.</summary>
    internal abstract void NoteSelected();

    /// <summary>Notes that there was nothing to do any more.</summary>
    internal void End(Exception? error)
    {
        HasEnded = true;
        Error = error is ChannelClosedException closed ? closed.InnerException : error;
        IsEnabled = false;
    }
}
