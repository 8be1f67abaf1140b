using System.Threading.Channels;
using FastCore.Channels;
using FastCore.Continuations;

namespace FastCore.Tests.Channels.Modelling;

/// <summary>A channel under a script.</summary>
internal sealed class RealChannel : ScriptedChannel
{
    private readonly Continuations _continuations = new();

    private readonly FastChannel<int> _channel;

    internal RealChannel(ChannelShape shape)
        : base(shape) => _channel = shape.Create(Dropped.Add, _continuations);

    protected override int Count => _channel.Reader.Count;

    protected override TaskStatus Completion => _channel.Reader.Completion.Status;

    protected override bool TryWrite(int item) => _channel.Writer.TryWrite(item);

    protected override int? TryRead() => _channel.Reader.TryRead(out int item) ? item : null;

    protected override int? TryPeek() => _channel.Reader.TryPeek(out int item) ? item : null;

    protected override int TryWriteBatch(int[] items) => _channel.Writer.TryWriteBatch(items);

    protected override int[] TryReadBatch(int size)
    {
        var items = new int[size];
        return items[.._channel.Reader.TryReadBatch(items)];
    }

    /// <summary>As many of the items as go in, in as many pieces as the ring makes of them.</summary>
    protected override int ClaimAndPublish(int[] items)
    {
        int written = 0;
        while (written < items.Length)
        {
            Span<int> places = _channel.Writer.Claim(items.Length - written);
            items.AsSpan(written, places.Length).CopyTo(places);
            if (places.IsEmpty || !_channel.Writer.Publish(places.Length)) break;
            written += places.Length;
        }

        return written;
    }

    /// <inheritdoc cref="ClaimAndPublish"/>
    protected override int[] PeekAndRelease(int size)
    {
        var items = new List<int>();
        while (items.Count < size)
        {
            ReadOnlySpan<int> seen = _channel.Reader.PeekBatch(size - items.Count);
            if (seen.IsEmpty) break;
            items.AddRange(seen);
            _channel.Reader.Release(seen.Length);
        }

        return [.. items];
    }

    protected override string BlockingWrite(int item) => OutcomeOf(() => _channel.Writer.TryWrite(item, TimeSpan.Zero).ToString());

    protected override string BlockingRead() => OutcomeOf(() => _channel.Reader.TryRead(out int item, TimeSpan.Zero) ? item.ToString() : "False");

    protected override string SelectWrite(int item)
    {
        var select = new ChannelSelect();
        SelectWrite<int> write = select.Write(_channel.Writer);
        write.Item = item;
        return !select.TrySelect(out _) ? "none" : write.HasEnded ? $"ended {write.Error?.Message}" : "done";
    }

    protected override string SelectRead()
    {
        var select = new ChannelSelect();
        SelectRead<int> read = select.Read(_channel.Reader);
        if (!select.TrySelect(out _)) return "none";
        return read.TryTake(out int item) ? item.ToString() : $"ended {read.Error?.Message}";
    }

    protected override bool TryComplete(Exception? error) => _channel.Writer.TryComplete(error);

    protected override ScriptedOperation Write(string name, int item) =>
        RealOperation.Of(name, token => _channel.Writer.WriteAsync(item, token));

    protected override ScriptedOperation Read(string name) =>
        RealOperation.Of(name, token => _channel.Reader.ReadAsync(token), static item => item.ToString());

    protected override ScriptedOperation WaitToWrite(string name) =>
        RealOperation.Of(name, token => _channel.Writer.WaitToWriteAsync(token), static isWritable => isWritable.ToString());

    protected override ScriptedOperation WaitToRead(string name) =>
        RealOperation.Of(name, token => _channel.Reader.WaitToReadAsync(token), static isReadable => isReadable.ToString());

    protected override ScriptedOperation WriteBatch(string name, int[] items) =>
        RealOperation.Of(name, token => _channel.Writer.WriteBatchAsync(items, token), static written => written.ToString());

    protected override ScriptedOperation ReadBatch(string name, int size)
    {
        var items = new int[size];
        return RealOperation.Of(name, token => _channel.Reader.ReadBatchAsync(items, token), read => Text(items[..read]));
    }

    protected override void RunContinuations() => _continuations.Run();

    private static string OutcomeOf(Func<string> operation)
    {
        try
        {
            return operation();
        }
        catch (ChannelClosedException closed)
        {
            return $"{Closed} {closed.InnerException?.Message}";
        }
        catch (OperationCanceledException)
        {
            return Cancelled;
        }
        catch (Exception error) when (error == PlannedError)
        {
            return Failed;
        }
    }

    private sealed class RealOperation(string name, CancellationTokenSource source, Func<bool> hasEnded, Func<string> result) : ScriptedOperation(name)
    {
        internal static RealOperation Of<T>(string name, Func<CancellationToken, ValueTask<T>> start, Func<T, string> text)
        {
            var source = new CancellationTokenSource();
            ValueTask<T> task = start(source.Token);
            return new RealOperation(name, source, () => task.IsCompleted, () => text(task.GetAwaiter().GetResult()));
        }

        internal static RealOperation Of(string name, Func<CancellationToken, ValueTask> start)
        {
            var source = new CancellationTokenSource();
            ValueTask task = start(source.Token);
            return new RealOperation(name, source, () => task.IsCompleted, () =>
            {
                task.GetAwaiter().GetResult();
                return "done";
            });
        }

        internal override string? Outcome()
        {
            if (!hasEnded()) return null;
            string outcome = OutcomeOf(result);
            source.Dispose();
            return outcome;
        }

        internal override void Cancel() => source.Cancel();
    }

    /// <summary>Awaiters go on when the script says so, on its thread.</summary>
    private sealed class Continuations : ContinuationScheduler
    {
        private readonly Queue<(Action<object?> Action, object? State)> _queued = new();

        public override void Schedule(Action<object?> action, object? state) => _queued.Enqueue((action, state));

        internal void Run()
        {
            while (_queued.TryDequeue(out (Action<object?> Action, object? State) next)) next.Action(next.State);
        }
    }
}
