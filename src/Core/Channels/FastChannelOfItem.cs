using System.Threading.Channels;
using FastCore.Diagnostics;

namespace FastCore.Channels;

/// <summary>A channel made by <see cref="FastChannel"/>: a <see cref="Channel{T}"/> whose two sides can do more.</summary>
/// <typeparam name="T">What passes through it.</typeparam>
/// <remarks>What it promises about threads, order, cancellation, completion and allocation: see <see cref="FastChannel"/>.</remarks>
public abstract class FastChannel<T> : Channel<T>, ILiveChannel
{
    private protected FastChannel()
    {
    }

    /// <summary>The side that reads.</summary>
    public new FastChannelReader<T> Reader
    {
        get;
        private protected init => base.Reader = field = value;
    } = null!;

    /// <summary>The side that writes.</summary>
    public new FastChannelWriter<T> Writer
    {
        get;
        private protected init => base.Writer = field = value;
    } = null!;

    /// <inheritdoc/>
    public abstract ChannelLook Look();
}
