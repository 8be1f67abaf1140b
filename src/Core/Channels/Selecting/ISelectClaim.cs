using FastCore.Continuations;

namespace FastCore.Channels.Selecting;

/// <summary>A select, as the channels see it in which its cases wait.</summary>
internal interface ISelectClaim
{
    /// <summary>Orders the selects, for whoever claims two; above 0.</summary>
    long Number { get; }

    /// <summary>
    /// Asks for the right to decide it. While another channel has that right it waits, which is short: that one looks at its
    /// queue, and decides or gives the right back. False: it is decided.
    /// </summary>
    bool TryClaim();

    /// <summary>Gives the right back undecided.</summary>
    void Unclaim();

    /// <summary>Decides it for the case of this index. By who has claimed it.</summary>
    void Decide(int index);

    /// <summary>Tells the awaiter. Outside every gate: it may run the awaiter's code.</summary>
    void Signal(ContinuationScheduler where);
}
