namespace FastCore.Tests.Explorer.Planted;

/// <summary>
/// The sleep protocol in small: a sender puts letters in and wakes the receiver if it sleeps; the receiver announces that it
/// sleeps, looks once more, and parks. Frozen, with the fault and the fences chosen at construction.
/// </summary>
internal sealed class Mailbox(SleepProtocol protocol)
{
    private readonly Parker _parker = new();
    private int _letters;
    private int _isAsleep;

    internal void Send()
    {
        ExplorerAtomics.Write(ref _letters, ExplorerAtomics.Read(in _letters) + 1);
        if (protocol == SleepProtocol.BothFence) ExplorerAtomics.Fence();
        if (ExplorerAtomics.Read(in _isAsleep) == 1 && ExplorerAtomics.CompareExchange(ref _isAsleep, 0, 1) == 1) _parker.Unpark();
    }

    internal void ReceiveAll(int letters)
    {
        while (ExplorerAtomics.Read(in _letters) < letters)
        {
            if (protocol == SleepProtocol.LooksBeforeAnnouncing && ExplorerAtomics.Read(in _letters) >= letters) return;
            ExplorerAtomics.Write(ref _isAsleep, 1);
            if (protocol is SleepProtocol.BothFence or SleepProtocol.OnlyReceiverFences) ExplorerAtomics.Fence();
            if (protocol == SleepProtocol.ReceiverFencesAll) ExplorerAtomics.FenceAllProcessors();
            bool mustPark = protocol == SleepProtocol.LooksBeforeAnnouncing || ExplorerAtomics.Read(in _letters) < letters;
            if (mustPark || ExplorerAtomics.CompareExchange(ref _isAsleep, 0, 1) == 0) _parker.Park();
        }
    }
}

internal enum SleepProtocol
{
    /// <summary>Right: a full fence between store and load on both sides.</summary>
    BothFence,

    /// <summary>Right: one side pays for both.</summary>
    ReceiverFencesAll,

    /// <summary>Wrong on every machine: the letter comes between the look and the announcement.</summary>
    LooksBeforeAnnouncing,

    /// <summary>Wrong where a store may wait while the thread loads: right only under sequential consistency.</summary>
    NoFence,

    /// <summary>Wrong likewise: the sender's store may still wait.</summary>
    OnlyReceiverFences,
}
