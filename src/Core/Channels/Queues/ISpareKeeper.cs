namespace FastCore.Channels.Queues;

/// <summary>Keeps memory that a backlog has used, for the next one.</summary>
internal interface ISpareKeeper
{
    /// <summary>Lets go of what was not needed for long. Called by a thread of the runtime's, at any time; must not throw.</summary>
    /// <param name="isMemoryShort">Whether the machine, or the process's share of it, is nearly full.</param>
    void DropUnused(bool isMemoryShort);
}
