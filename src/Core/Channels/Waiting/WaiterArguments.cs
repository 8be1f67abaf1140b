namespace FastCore.Channels.Waiting;

/// <summary>What the argument of a waiter's announcement is made of: the number of its channel's name in the trace, and of the channel.</summary>
internal static class WaiterArguments
{
    private const int NameBits = 24;

    private const long NameMask = (1 << NameBits) - 1;

    /// <summary>Either is 0 where it is not known.</summary>
    internal static long OfChannel(int name, long channel) => (channel << NameBits) | (name & NameMask);

    internal static (int Name, long Channel) ReadChannel(long argument) => ((int)(argument & NameMask), argument >> NameBits);
}
