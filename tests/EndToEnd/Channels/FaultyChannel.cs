using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace FastCore.EndToEnd.Tests.Channels;

/// <summary>What a <see cref="FaultyChannel"/> does wrong.</summary>
internal enum Fault
{
    /// <summary>An item is accepted and thrown away.</summary>
    Loses,

    /// <summary>An item is read twice.</summary>
    Doubles,

    /// <summary>An item is read after its successor.</summary>
    Reorders,

    /// <summary>A read never completes.</summary>
    Hangs,

    /// <summary>A read throws what no channel throws.</summary>
    Throws,

    /// <summary>An item can still be written after the end.</summary>
    StaysOpen,
}

/// <summary>A channel with one fault, which it shows once. Built on a queue under a lock, so that the fault is the only one.</summary>
internal sealed class FaultyChannel : Channel<long>
{
    /// <summary>The item at which the fault shows: the first ones, so that the shortest storm meets it.</summary>
    private const int At = 2;

    public FaultyChannel(Fault fault)
    {
        var good = Channel.CreateUnbounded<long>();
        Writer = new FaultyWriter(good.Writer, fault);
        Reader = new FaultyReader(good.Reader, fault);
    }

    private sealed class FaultyWriter(ChannelWriter<long> good, Fault fault) : ChannelWriter<long>
    {
        private int _written;

        public override bool TryComplete(Exception? error = null) => good.TryComplete(error);

        public override bool TryWrite(long item)
        {
            if (fault == Fault.Loses && Interlocked.Increment(ref _written) == At) return true;
            return good.TryWrite(item) | fault == Fault.StaysOpen;
        }

        public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) => good.WaitToWriteAsync(cancellationToken);
    }

    private sealed class FaultyReader(ChannelReader<long> good, Fault fault) : ChannelReader<long>
    {
        private readonly Lock _gate = new();
        private readonly Queue<long> _again = [];
        private int _read;

        public override Task Completion => good.Completion;

        public override bool TryRead([MaybeNullWhen(false)] out long item)
        {
            lock (_gate)
            {
                if (_again.TryDequeue(out item)) return true;
                if (!good.TryRead(out item)) return false;
                if (++_read != At) return true;
                switch (fault)
                {
                    case Fault.Doubles:
                        _again.Enqueue(item);
                        break;
                    case Fault.Reorders when good.TryRead(out long next):
                        _again.Enqueue(item);
                        item = next;
                        break;
                    case Fault.Reorders:
                        // Nothing to swap it with: the next one, then.
                        _read--;
                        break;
                    case Fault.Throws:
                        _again.Enqueue(item);
                        throw new InvalidOperationException("planted");
                }

                return true;
            }
        }

        // A read is a wait and a try, as the base class has it; neither loses an item when it is cancelled.
        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
        {
            if (fault == Fault.Hangs && Volatile.Read(ref _read) >= At) return new ValueTask<bool>(new TaskCompletionSource<bool>().Task);
            lock (_gate)
            {
                if (_again.Count > 0) return new ValueTask<bool>(true);
            }

            return good.WaitToReadAsync(cancellationToken);
        }
    }
}
