using System.Threading.Channels;
using FastCore.Channels;
using FastCore.Tests.Channels.Modelling;
using FastCore.Tests.Rings;

namespace FastCore.Tests.Channels.Linearizability;

/// <summary>One of the threads of a history: calls at random what its roles allow, and notes what it sees.</summary>
internal sealed class HistoryThread(ChannelShape shape, int index)
{
    internal const int FirstInitialItem = 2_000;

    /// <summary>Items are unique, below <see cref="FirstInitialItem"/>, and in no order that a priority would keep.</summary>
    private const int ItemModulus = 1_009;

    /// <summary>What the drop callback, which runs on the thread of the write, tells.</summary>
    [ThreadStatic] private static int? _dropped;

    private readonly bool _mayRead = !shape.SingleReader || index == 0;

    private readonly bool _mayWrite = !shape.SingleWriter || index == 1;

    private readonly List<Operation> _operations = [];

    private Pending? _read;

    private Pending? _write;

    private Random _random = new();

    private Recording _recording = null!;

    private int _items;

    internal IReadOnlyList<Operation> Operations => _operations;

    private ChannelReader<int> Reader => _recording.Channel.Reader;

    private ChannelWriter<int> Writer => _recording.Channel.Writer;

    internal static void NoteDrop(int item) => _dropped = item;

    internal void Run(Recording recording)
    {
        _recording = recording;
        _random = new Random(recording.Seed + index);
        YieldingAtomics.Seed(recording.Seed + index);
        _operations.Clear();
        _items = 0;
        for (int i = 0; i < recording.Calls; i++)
        {
            Call();
            if (_read is { Call.HasEnded: true }) Finish(ref _read);
            if (_write is { Call.HasEnded: true }) Finish(ref _write);
            if (_random.Next(4) == 0) Thread.Yield();
            else Thread.SpinWait(_random.Next(30));
        }
    }

    internal void Complete() => Now(OperationKind.Complete, "TryComplete", () => Writer.TryComplete() ? 0 : null);

    /// <summary>After the end: all that was waiting is told.</summary>
    internal void FinishAll()
    {
        FinishInTime(ref _read);
        FinishInTime(ref _write);
    }

    private void Call()
    {
        switch (_random.Next(32))
        {
            case < 13 when _mayRead:
                CallReader();
                break;
            case >= 13 and < 26 when _mayWrite:
                CallWriter();
                break;
            case 26 or 27:
                Now(OperationKind.Count, "Count", () => Reader.Count);
                break;
            case 28:
                Complete();
                break;
            default:
                Volatile.Read(ref _recording.Sources[_random.Next(_recording.Sources.Length)])?.Cancel();
                break;
        }
    }

    private void CallReader()
    {
        if (_read is not null && (shape.SingleReader || _random.Next(3) == 0))
        {
            CancelAndFinish(ref _read);
            return;
        }

        switch (_random.Next(8))
        {
            case < 3:
                Now(OperationKind.Read, "TryRead", () => Reader.TryRead(out int item) ? item : null);
                break;
            case 3:
                Now(OperationKind.Peek, "TryPeek", () => Reader.TryPeek(out int item) ? item : null);
                break;
            case 4 when Reader is FastChannelReader<int> reader:
                TimeSpan patience = DrawTime();
                Now(OperationKind.Read, $"TryRead for {patience}", () => reader.TryRead(out int item, patience) ? item : null, canWait: patience > TimeSpan.Zero);
                break;
            case 5 when Reader is FastChannelReader<int> reader:
                Now(OperationKind.Read, "select, read", () => Select(reader));
                break;
            case var _ when _read is null:
                _read = Start(OperationKind.Read, "ReadAsync", 0, token => new PendingCall(Reader.ReadAsync(token)));
                break;
        }
    }

    private void CallWriter()
    {
        if (_write is not null && (shape.SingleWriter || _random.Next(3) == 0))
        {
            CancelAndFinish(ref _write);
            return;
        }

        int item = (((_items++ * 4) + index + 1) * 89) % ItemModulus;
        switch (_random.Next(8))
        {
            case < 4:
                Now(OperationKind.Write, "TryWrite", () => Writer.TryWrite(item) ? item : null, item);
                break;
            case 4 when Writer is FastChannelWriter<int> writer:
                TimeSpan patience = DrawTime();
                Now(OperationKind.Write, $"TryWrite for {patience}", () => writer.TryWrite(item, patience) ? item : null, item, canWait: patience > TimeSpan.Zero);
                break;
            case 5 when Writer is FastChannelWriter<int> writer:
                Now(OperationKind.Write, "select, write", () => Select(writer, item), item);
                break;
            case var _ when _write is null:
                _write = Start(OperationKind.Write, "WriteAsync", item, token => new PendingCall(Writer.WriteAsync(item, token)));
                break;
        }
    }

    /// <summary>None, or up to 50 microseconds.</summary>
    private TimeSpan DrawTime() => TimeSpan.FromTicks(_random.Next(2) * _random.Next(500));

    /// <summary>A call that has its outcome when it returns; null is a refusal.</summary>
    private void Now(OperationKind kind, string name, Func<int?> call, int item = 0, bool canWait = false) =>
        Note(Begin(kind, name, item, canWait), call);

    /// <summary>A call whose outcome may come later.</summary>
    /// <returns>Null if it has come already.</returns>
    private Pending? Start(OperationKind kind, string name, int item, Func<CancellationToken, PendingCall> call)
    {
        CancellationTokenSource? source = _random.Next(4) == 0 ? null : new CancellationTokenSource();
        Volatile.Write(ref _recording.Sources[index], source);
        Operation operation = Begin(kind, name, item, canWait: true);
        Pending? pending = new(operation, call(source?.Token ?? default), source);
        long parked = _recording.Clock.Next();
        if (pending.Call.HasEnded) Finish(ref pending);
        else operation.Parked = parked;
        return pending;
    }

    private Operation Begin(OperationKind kind, string name, int item, bool canWait)
    {
        _dropped = null;
        return new Operation(kind, name, index) { Value = item, CanWait = canWait, Invoked = _recording.Clock.Next() };
    }

    private void CancelAndFinish(ref Pending? pending)
    {
        if (pending?.Source is null) return;
        pending.Source.Cancel();
        FinishInTime(ref pending);
    }

    /// <summary>Another thread may have decided it, and be about to say so.</summary>
    private void FinishInTime(ref Pending? pending)
    {
        long start = Environment.TickCount64;
        while (pending is { Call.HasEnded: false })
        {
            if (Environment.TickCount64 - start > Hang.Milliseconds) throw new TimeoutException("An operation sleeps on that was cancelled, or whose channel has ended.");
            Thread.Yield();
        }

        Finish(ref pending);
    }

    private void Finish(ref Pending? pending)
    {
        if (pending is null) return;
        (Operation operation, PendingCall call, _) = pending;
        pending = null;
        Note(operation, () => call.Result() ?? operation.Value);
    }

    private void Note(Operation operation, Func<int?> call)
    {
        try
        {
            int? result = call();
            operation.Outcome = result is null ? OperationOutcome.Refused : OperationOutcome.Done;
            operation.Value = result ?? operation.Value;
        }
        catch (OperationCanceledException)
        {
            operation.Outcome = OperationOutcome.Cancelled;
        }
        catch (ChannelClosedException)
        {
            operation.Outcome = OperationOutcome.Closed;
        }

        operation.Returned = _recording.Clock.Next();
        if (operation.Parked == 0) operation.Dropped = _dropped;
        _operations.Add(operation);
    }

    private static int? Select(FastChannelReader<int> reader)
    {
        var select = new ChannelSelect();
        SelectRead<int> read = select.Read(reader);
        if (!select.TrySelect(out _)) return null;
        return read.TryTake(out int item) ? item : throw new ChannelClosedException();
    }

    private static int? Select(FastChannelWriter<int> writer, int item)
    {
        var select = new ChannelSelect();
        SelectWrite<int> write = select.Write(writer);
        write.Item = item;
        if (!select.TrySelect(out _)) return null;
        return write.HasEnded ? throw new ChannelClosedException() : item;
    }

    /// <summary>An operation that its thread has left waiting.</summary>
    private sealed record Pending(Operation Operation, PendingCall Call, CancellationTokenSource? Source);
}
