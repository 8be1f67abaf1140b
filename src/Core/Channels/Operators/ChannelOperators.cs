using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FastCore.Channels.Operators;

/// <summary>
/// A small set of operators that make a channel reader of others. Some pull, and cost no task, buffer or thread; some run
/// loops on the thread pool into a bounded channel.
/// </summary>
/// <remarks>
/// <para>
/// <b>Those that pull</b> (<see cref="Filter"/>, <see cref="Transform"/>) are a view of their source: nothing happens until
/// they are read, and they need no disposal. They take the threads, the order and the <c>Completion</c> of their source. What
/// the function throws, the read that called it throws; its item is consumed, and the channel goes on. A read that is
/// cancelled has taken no item that it would have returned.
/// </para>
/// <para>
/// <b>Those with loops</b> (<see cref="TransformConcurrently"/>, <see cref="Merge"/>, <see cref="Join{T}(ChannelReader{T[]}, int, CancellationToken)"/>,
/// <see cref="Batch"/>) start at once and run until their source has ended, something has failed, or their token fires. Then,
/// and only when the last loop has ended, their output is completed: with the error, if there was one, or an
/// <see cref="OperationCanceledException"/>. They stop taking from the source when the token fires; what they had taken
/// still comes out. So whoever stops reading early cancels the token: loops that wait for room in an output that nobody holds
/// any more are garbage, but the items that they hold are gone.
/// </para>
/// <para>
/// They take any <see cref="ChannelReader{T}"/>, and every <see cref="FastChannel{T}"/> is a <see cref="Channel{T}"/>: libraries
/// of operators for those work here too.
/// </para>
/// </remarks>
public static partial class ChannelOperators
{
    /// <summary>Passes on the items that a predicate accepts, and drops the others as they are met.</summary>
    /// <typeparam name="T">What passes through.</typeparam>
    /// <param name="source">Where the items come from.</param>
    /// <param name="predicate">Says true for those to pass on. Runs within the reads, as many at a time as there are.</param>
    /// <returns>
    /// A view of the source. It can neither count nor peek. When its <c>WaitToReadAsync</c> says true there is an item to try,
    /// which may be refused: <c>TryRead</c> can say false after it even to a single reader.
    /// </returns>
    /// <remarks>
    /// <para>
    /// <b>Cancellation.</b> A read that is cancelled may have dropped items that were refused, and none that was accepted.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static ChannelReader<T> Filter<T>(this ChannelReader<T> source, Func<T, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(predicate);
        return new FilteringReader<T>(source, predicate);
    }

    /// <summary>Passes on what a function makes of each item.</summary>
    /// <typeparam name="TIn">What the source gives.</typeparam>
    /// <typeparam name="TOut">What comes out.</typeparam>
    /// <param name="source">Where the items come from.</param>
    /// <param name="transform">Makes one of the other. Runs within the reads, as many at a time as there are.</param>
    /// <returns>A view of the source. It counts if the source does; it can't peek.</returns>
    /// <remarks>
    /// <para>
    /// <b>Cancellation.</b> A read that is cancelled has taken no item.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static ChannelReader<TOut> Transform<TIn, TOut>(this ChannelReader<TIn> source, Func<TIn, TOut> transform)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(transform);
        return new TransformingReader<TIn, TOut>(source, transform);
    }

    /// <summary>
    /// Reads all items, and stops before the next one when the token fires, even while items keep coming
    /// (<see cref="ChannelReader{T}.ReadAllAsync"/> looks at its token only when it finds the channel empty).
    /// </summary>
    /// <typeparam name="T">What the source gives.</typeparam>
    /// <param name="source">Where the items come from.</param>
    /// <param name="cancellationToken">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The items until the channel has ended.</returns>
    /// <remarks>
    /// <para>
    /// <b>Cancellation.</b> Every item taken from the source is given to the loop; after the token has fired none is taken.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">The source is null.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    /// <exception cref="Exception">The channel was completed with this error and has ended.</exception>
    public static IAsyncEnumerable<T> ReadUntilCanceledAsync<T>(this ChannelReader<T> source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Items(source, cancellationToken);

        static async IAsyncEnumerable<T> Items(ChannelReader<T> source, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            while (await source.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (!cancellationToken.IsCancellationRequested && source.TryRead(out T? item)) yield return item;
            }
        }
    }
}
