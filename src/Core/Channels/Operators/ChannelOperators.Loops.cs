using System.Threading.Channels;

namespace FastCore.Channels.Operators;

public static partial class ChannelOperators
{
    /// <summary>How many items wait in an output of which the caller does not say it.</summary>
    private const int DefaultCapacity = 64;

    /// <summary>Writes all items to a channel.</summary>
    /// <typeparam name="T">What passes through.</typeparam>
    /// <param name="source">Where the items come from.</param>
    /// <param name="target">Where they go; the loop waits while it is full.</param>
    /// <param name="complete">
    /// Whether the target is completed when the source has ended, with the source's error if it has one. When the token fires
    /// the source has not ended, and the target stays open.
    /// </param>
    /// <param name="cancellationToken">Stops the taking of items.</param>
    /// <returns>How many items were written, when the source has ended.</returns>
    /// <remarks>
    /// <para>
    /// The loop runs on the thread pool. It holds one item while the target is full.
    /// </para>
    /// <para>
    /// <b>Cancellation.</b> No item is lost: one that was taken is still written, so the task ends when there is room for it.
    /// </para>
    /// <para>
    /// <b>Completion.</b> If someone else completes the target, the task fails at its next item, which is lost; the source
    /// keeps the others, and can be read on.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="OperationCanceledException">The token fired before the source had ended.</exception>
    /// <exception cref="ChannelClosedException">The target was completed before the source had ended.</exception>
    /// <exception cref="Exception">The source was completed with this error and has ended.</exception>
    public static Task<long> PipeTo<T>(this ChannelReader<T> source, ChannelWriter<T> target, bool complete = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);

        // Not with the token: before it runs as after, a token that has fired ends it, and its task, in one way.
        return Task.Run(() => ChannelPipe.Run(source, target, complete, cancellationToken), CancellationToken.None);
    }

    /// <summary>Passes on what a function makes of each item, with several items in work at a time.</summary>
    /// <typeparam name="TIn">What the source gives.</typeparam>
    /// <typeparam name="TOut">What comes out.</typeparam>
    /// <param name="source">Where the items come from. It is read by one worker at a time, so a single reader is enough for it.</param>
    /// <param name="maxConcurrency">How many items are in work at most, each on a worker of its own.</param>
    /// <param name="transform">
    /// Makes one of the other. It runs on the thread pool; its token fires with <paramref name="cancellationToken"/>, and when
    /// another item has failed.
    /// </param>
    /// <param name="ordered">
    /// Whether results come out in the order of their items. A worker that is ahead then waits for those before it.
    /// </param>
    /// <param name="capacity">How many results may wait to be read, beside one for each worker; 0 is a rendezvous.</param>
    /// <param name="cancellationToken">Stops the taking of items.</param>
    /// <returns>The results.</returns>
    /// <remarks>
    /// <para>
    /// <b>Errors.</b> The first one stops the taking, and completes the output when the other workers have brought out what
    /// they had. If ordered, nothing comes out behind the item that failed. That item and, if ordered, those behind it that
    /// were in work are lost; the others stay in the source.
    /// </para>
    /// <para>
    /// <b>Cancellation.</b> Items in work still come out, unless <paramref name="transform"/> itself gives up on its token;
    /// the others stay in the source. Then the output ends with an <see cref="OperationCanceledException"/>.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no worker, or the capacity is negative.</exception>
    public static FastChannelReader<TOut> TransformConcurrently<TIn, TOut>(
        this ChannelReader<TIn> source,
        int maxConcurrency,
        Func<TIn, CancellationToken, ValueTask<TOut>> transform,
        bool ordered = true,
        int capacity = DefaultCapacity,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(transform);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxConcurrency, 1);
        var stage = new Stage<TOut>(capacity, cancellationToken);
        var workers = new ConcurrentTransform<TIn, TOut>(source, transform, ordered, stage);
        return stage.Run(Enumerable.Repeat<Func<Task>>(workers.Work, maxConcurrency));
    }

    /// <summary>Passes on the items of several channels as they come.</summary>
    /// <typeparam name="T">What passes through.</typeparam>
    /// <param name="sources">Where the items come from.</param>
    /// <param name="capacity">How many items may wait to be read, beside one for each source; 0 is a rendezvous.</param>
    /// <param name="cancellationToken">Stops the taking of items.</param>
    /// <returns>The items: those of one source in its order. It ends when all sources have.</returns>
    /// <remarks>
    /// <para>
    /// <b>Errors.</b> The first source to end with an error stops the taking from the others, and the output ends with it.
    /// </para>
    /// <para>
    /// <b>Cancellation.</b> No item is lost: one that was taken comes out, the others stay in their source. Then the output
    /// ends with an <see cref="OperationCanceledException"/>.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">The sources, or one of them, are null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    public static FastChannelReader<T> Merge<T>(this IEnumerable<ChannelReader<T>> sources, int capacity = DefaultCapacity, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ChannelReader<T>[] all = [.. sources];
        foreach (ChannelReader<T> source in all) ArgumentNullException.ThrowIfNull(source, nameof(sources));
        var stage = new Stage<T>(capacity, cancellationToken);
        return stage.Run(all.Select(source => new Func<Task>(() => ChannelPipe.Run(source, stage.Output, complete: false, stage.Stopping))));
    }

    /// <summary>Passes on one by one the items of each array.</summary>
    /// <inheritdoc cref="Join{T}(ChannelReader{IEnumerable{T}}, int, CancellationToken)"/>
    public static FastChannelReader<T> Join<T>(this ChannelReader<T[]> source, int capacity = DefaultCapacity, CancellationToken cancellationToken = default) =>
        JoinAll<T[], T>(source, capacity, cancellationToken);

    /// <summary>Passes on one by one the items of each sequence.</summary>
    /// <typeparam name="T">What comes out.</typeparam>
    /// <param name="source">Where the sequences come from.</param>
    /// <param name="capacity">How many items may wait to be read; 0 is a rendezvous.</param>
    /// <param name="cancellationToken">Stops the taking of sequences.</param>
    /// <returns>The items, in order.</returns>
    /// <remarks>
    /// <para>
    /// <b>Errors.</b> What a sequence throws ends the output; what it gave before comes out.
    /// </para>
    /// <para>
    /// <b>Cancellation.</b> The sequence in work comes out whole, the others stay in the source. Then the output ends with an
    /// <see cref="OperationCanceledException"/>.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">The source is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    public static FastChannelReader<T> Join<T>(this ChannelReader<IEnumerable<T>> source, int capacity = DefaultCapacity, CancellationToken cancellationToken = default) =>
        JoinAll<IEnumerable<T>, T>(source, capacity, cancellationToken);

    /// <summary>Passes on items in arrays, by size or time.</summary>
    /// <typeparam name="T">What the source gives.</typeparam>
    /// <param name="source">Where the items come from.</param>
    /// <param name="size">How many items an array has at most.</param>
    /// <param name="maxWait">
    /// How long the first item of an array waits for the others at most: from zero (what is there) to 2³¹ milliseconds.
    /// </param>
    /// <param name="capacity">How many arrays may wait to be read, beside the one in work; 0 is a rendezvous.</param>
    /// <param name="cancellationToken">Stops the taking of items.</param>
    /// <returns>The arrays; none is empty. The last one may be short.</returns>
    /// <remarks>
    /// <para>
    /// The items of an array stay in the source until it is made, so a bounded source makes arrays of at most its capacity.
    /// </para>
    /// <para>
    /// <b>Cancellation.</b> No item is lost: an array that was made comes out, the other items stay in the source. Then the
    /// output ends with an <see cref="OperationCanceledException"/>.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">The source is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1, the time outside its range, or the capacity negative.</exception>
    public static FastChannelReader<T[]> Batch<T>(
        this FastChannelReader<T> source, int size, TimeSpan maxWait, int capacity = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxWait.TotalMilliseconds, int.MaxValue, nameof(maxWait));
        var stage = new Stage<T[]>(capacity, cancellationToken);
        return stage.Run(MakeBatches);

        async Task MakeBatches()
        {
            var items = new T[size];
            int count;
            while ((count = await source.ReadBatchAsync(items, maxWait, stage.Stopping).ConfigureAwait(false)) != 0)
            {
                T[] batch = items[..count];
                Array.Clear(items, 0, count);
                await stage.Output.WriteAsync(batch).ConfigureAwait(false);
            }
        }
    }

    private static FastChannelReader<T> JoinAll<TList, T>(ChannelReader<TList> source, int capacity, CancellationToken cancellationToken)
        where TList : IEnumerable<T>
    {
        ArgumentNullException.ThrowIfNull(source);
        var stage = new Stage<T>(capacity, cancellationToken);
        return stage.Run(TakeApart);

        async Task TakeApart()
        {
            while (await source.WaitToReadAsync(stage.Stopping).ConfigureAwait(false))
            {
                while (!stage.Stopping.IsCancellationRequested && source.TryRead(out TList? list))
                {
                    foreach (T item in list) await stage.Output.WriteAsync(item).ConfigureAwait(false);
                }
            }
        }
    }
}
