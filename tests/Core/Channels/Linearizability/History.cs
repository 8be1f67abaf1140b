using FastCore.Tests.Channels.Modelling;

namespace FastCore.Tests.Channels.Linearizability;

/// <summary>All that was seen of one channel from its making to its end.</summary>
/// <param name="Initial">What was in it before the threads came, in the order in which it was to be read.</param>
/// <param name="Operations">What the threads called, and the completion after it.</param>
/// <param name="Left">What was read when all had returned.</param>
internal sealed record History(int[] Initial, Operation[] Operations, int[] Left)
{
    /// <summary>Whether a channel of that shape could have answered so.</summary>
    internal Verdict Check(ChannelShape shape, Leeway leeway = Leeway.None) => shape.HoldsItems
        ? LinearizabilityChecker<BufferState>.Check(Operations, new BufferSpecification(shape, this, leeway))
        : LinearizabilityChecker<RendezvousState>.Check(Operations, new RendezvousSpecification(shape));

    public override string ToString() =>
        $"at first: {string.Join(' ', Initial)}\n{string.Join('\n', Operations.OrderBy(static operation => operation.Invoked))}\nleft: {string.Join(' ', Left)}";
}
