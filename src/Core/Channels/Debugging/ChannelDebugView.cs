using System.Diagnostics;

namespace FastCore.Channels.Debugging;

/// <summary>What a debugger shows in place of a channel's fields.</summary>
/// <remarks>
/// It has the type parameters of the engine, used or not: a debugger makes the view with the type arguments of the object it
/// stands for.
/// </remarks>
internal sealed class ChannelDebugView<T, TQueue, TAtomics>(IDebuggedChannel<T> channel)
{
    /// <summary>Shown as if its members were the view's own.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
    public ChannelSnapshot<T> Snapshot { get; } = channel.TakeSnapshot();
}
