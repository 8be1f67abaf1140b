using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace FastCore.Tests.Channels.Linearizability;

/// <summary>What is wrong with how a <see cref="PlantedChannel"/> waits.</summary>
internal enum WaitFault
{
    None,

    /// <summary>A cancelled read has taken an item, which is gone.</summary>
    CancelledReadsTake,

    /// <summary>A cancelled write writes its item all the same.</summary>
    CancelledWritesWrite,

    /// <summary>A read that waits tries again when there is an item, and so lets others overtake it.</summary>
    ReadsLoseTheirTurn,

    /// <summary>The same of writes and room.</summary>
    WritesLoseTheirTurn,
}

/// <summary>A right channel behind a wrong way of waiting for it.</summary>
internal sealed class PlantedChannel : Channel<int>
{
    internal PlantedChannel(Channel<int> inner, WaitFault fault)
    {
        Reader = new PlantedReader(inner.Reader, fault);
        Writer = new PlantedWriter(inner.Writer, fault);
    }

    private sealed class PlantedReader(ChannelReader<int> inner, WaitFault fault) : ChannelReader<int>
    {
        public override int Count => inner.Count;

        public override bool TryRead([MaybeNullWhen(false)] out int item) => inner.TryRead(out item);

        public override bool TryPeek([MaybeNullWhen(false)] out int item) => inner.TryPeek(out item);

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => inner.WaitToReadAsync(cancellationToken);

        public override async ValueTask<int> ReadAsync(CancellationToken cancellationToken = default)
        {
            if (fault == WaitFault.ReadsLoseTheirTurn) return await base.ReadAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await inner.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (fault == WaitFault.CancelledReadsTake)
            {
                inner.TryRead(out _);
                throw;
            }
        }
    }

    private sealed class PlantedWriter(ChannelWriter<int> inner, WaitFault fault) : ChannelWriter<int>
    {
        public override bool TryComplete(Exception? error = null) => inner.TryComplete(error);

        public override bool TryWrite(int item) => inner.TryWrite(item);

        public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) => inner.WaitToWriteAsync(cancellationToken);

        public override async ValueTask WriteAsync(int item, CancellationToken cancellationToken = default)
        {
            try
            {
                await (fault == WaitFault.WritesLoseTheirTurn ? base.WriteAsync(item, cancellationToken) : inner.WriteAsync(item, cancellationToken)).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (fault == WaitFault.CancelledWritesWrite)
            {
                inner.TryWrite(item);
                throw;
            }
        }
    }
}
