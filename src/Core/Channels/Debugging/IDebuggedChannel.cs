namespace FastCore.Channels.Debugging;

/// <summary>A channel, or a side of one, as a debugger asks for it.</summary>
internal interface IDebuggedChannel<T>
{
    /// <summary>Looks at the channel without taking its gate, which a stopped thread may hold.</summary>
    ChannelSnapshot<T> TakeSnapshot();
}
