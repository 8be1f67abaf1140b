using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FastCore.Channels.Operators;

/// <summary>Passes on each item of a source as what a function makes of it; it holds none itself.</summary>
/// <remarks>It counts as its source does. It does not peek: the function would run for each look.</remarks>
internal sealed class TransformingReader<TIn, TOut>(ChannelReader<TIn> source, Func<TIn, TOut> transform) : ChannelReader<TOut>
{
    public override Task Completion => source.Completion;

    public override bool CanCount => source.CanCount;

    public override int Count => source.Count;

    public override bool TryRead([MaybeNullWhen(false)] out TOut item)
    {
        if (source.TryRead(out TIn? taken))
        {
            item = transform(taken);
            return true;
        }

        item = default;
        return false;
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => source.WaitToReadAsync(cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<TOut> ReadAsync(CancellationToken cancellationToken = default) =>
        transform(await source.ReadAsync(cancellationToken).ConfigureAwait(false));
}
