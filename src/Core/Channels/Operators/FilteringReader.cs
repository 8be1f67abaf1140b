using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FastCore.Channels.Operators;

/// <summary>Passes on the items of a source that a predicate accepts; it holds none itself.</summary>
/// <remarks>
/// How many are left is unknown until they are tried, so it neither counts nor peeks. For the same reason
/// <see cref="WaitToReadAsync"/> answers for the source: true is worth a try.
/// </remarks>
internal sealed class FilteringReader<T>(ChannelReader<T> source, Func<T, bool> predicate) : ChannelReader<T>
{
    public override Task Completion => source.Completion;

    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        while (source.TryRead(out item))
        {
            if (predicate(item)) return true;
        }

        return false;
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => source.WaitToReadAsync(cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<T> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            T item = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (predicate(item)) return item;
        }
    }
}
