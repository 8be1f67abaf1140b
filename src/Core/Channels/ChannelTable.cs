using System.Diagnostics;
using FastCore.Tracing;

namespace FastCore.Channels;

/// <summary>Where a channel stands, whenever its gate is free.</summary>
internal enum ChannelPhase : byte
{
    Idle,
    ReadersWait,
    WritersWait,

    /// <summary>They can't meet: cases of one select, or readers of a batch that is to grow.</summary>
    BothWait,

    /// <summary>Closed, with items left to read.</summary>
    Closed,

    Ended,
}

/// <summary>The table of a kind of channel.</summary>
internal sealed class ChannelTable
{
    private const int Phases = (int)ChannelPhase.Ended + 1;

    private readonly Transition?[] _steps = new Transition?[Phases * Phases];

    internal ChannelTable(string name, string summary, bool hasWriters)
    {
        ChannelPhase[] open = hasWriters
            ? [ChannelPhase.Idle, ChannelPhase.ReadersWait, ChannelPhase.WritersWait, ChannelPhase.BothWait]
            : [ChannelPhase.Idle, ChannelPhase.ReadersWait];
        foreach (ChannelPhase from in open)
        {
            foreach (ChannelPhase to in open)
            {
                if (from != to) Permit(from, StepName(from, to), to);
            }

            Permit(from, "close", ChannelPhase.Closed);
            Permit(from, "close empty", ChannelPhase.Ended);
        }

        Permit(ChannelPhase.Closed, "last item read", ChannelPhase.Ended);
        Table = new TransitionTable(name, summary, Name(ChannelPhase.Idle), [.. _steps.OfType<Transition>()]);
    }

    internal TransitionTable Table { get; }

    internal Transition Step(ChannelPhase from, ChannelPhase to) =>
        _steps[((int)from * Phases) + (int)to] ?? throw new UnreachableException($"A {Table.Name} does not go from {Name(from)} to {Name(to)}.");

    private void Permit(ChannelPhase from, string name, ChannelPhase to) => _steps[((int)from * Phases) + (int)to] = new Transition(Name(from), name, Name(to));

    private static string StepName(ChannelPhase from, ChannelPhase to) => (from, to) switch
    {
        (_, ChannelPhase.Idle) => "served",
        (_, ChannelPhase.BothWait) => "other side waits",
        (ChannelPhase.Idle, ChannelPhase.ReadersWait) => "reader waits",
        (ChannelPhase.Idle, ChannelPhase.WritersWait) => "writer waits",
        (ChannelPhase.BothWait, _) => "one side served",
        _ => "sides change",
    };

    private static string Name(ChannelPhase phase) => phase switch
    {
        ChannelPhase.Idle => "nobody waits",
        ChannelPhase.ReadersWait => "readers wait",
        ChannelPhase.WritersWait => "writers wait",
        ChannelPhase.BothWait => "both wait",
        ChannelPhase.Closed => "closed",
        _ => "ended",
    };
}
