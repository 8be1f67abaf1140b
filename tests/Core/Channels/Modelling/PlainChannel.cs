using System.Threading.Channels;

namespace FastCore.Tests.Channels.Modelling;

/// <summary>The sequential model of a channel: a plain list of items, lists of those who wait in their turn, and one thread.</summary>
internal sealed class PlainChannel(ChannelShape shape) : ScriptedChannel(shape)
{
    private readonly List<int> _items = [];

    private readonly List<PlainWait> _readers = [];

    private readonly List<PlainWait> _waitingReaders = [];

    private readonly List<PlainWait> _writers = [];

    private readonly List<PlainWait> _waitingWriters = [];

    /// <summary>What awaiters do when their wait has ended, in that order.</summary>
    private readonly Queue<Action> _continuations = new();

    private bool _isClosed;

    private Exception? _error;

    protected override int Count => _items.Count;

    protected override TaskStatus Completion =>
        !HasEnded ? TaskStatus.WaitingForActivation : _error is null ? TaskStatus.RanToCompletion : TaskStatus.Faulted;

    private bool IsFull => _items.Count >= (Shape.Capacity ?? int.MaxValue) && !Shape.Drops;

    private bool HasEnded => _isClosed && _items.Count == 0;

    private string ClosedOutcome => $"{Closed} {_error?.Message}";

    private string EndOfWait => _error is null ? "False" : Failed;

    protected override bool TryWrite(int item)
    {
        if (_isClosed || _writers.Count != 0) return false;
        if (!Shape.HoldsItems)
        {
            if (_readers.Count != 0) Decide(_readers, item.ToString());
            else if (Shape.Drops) Dropped.Add(item);
            else return false;
            return true;
        }

        if (IsFull) return false;
        Add(item);
        Settle();
        return true;
    }

    protected override int? TryRead()
    {
        if (!Shape.HoldsItems)
        {
            if (_writers.Count == 0) return null;
            int given = _writers[0].Item;
            Decide(_writers, "done");
            return given;
        }

        if (_items.Count == 0) return null;
        int item = Take();
        Settle();
        return item;
    }

    protected override int? TryPeek() => Shape.HoldsItems
        ? _items.Count == 0 ? null : _items[0]
        : _writers.Count == 0 ? null : _writers[0].Item;

    /// <summary>It takes the room that there is when it comes; what waiting readers take from it makes none for it.</summary>
    protected override int TryWriteBatch(int[] items)
    {
        if (!Shape.HoldsItems || Shape.Drops) return ClaimAndPublish(items);
        if (_isClosed || _writers.Count != 0) return 0;
        int written = Math.Min(items.Length, (Shape.Capacity ?? int.MaxValue) - _items.Count);
        foreach (int item in items[..written]) Add(item);
        Settle();
        return written;
    }

    /// <summary>It takes what is there when it comes; what waiting writers put in its place is not.</summary>
    protected override int[] TryReadBatch(int size)
    {
        if (!Shape.HoldsItems) return PeekAndRelease(size);
        int[] items = [.. _items.Take(size)];
        _items.RemoveRange(0, items.Length);
        Settle();
        return items;
    }

    protected override int ClaimAndPublish(int[] items) => items.TakeWhile(TryWrite).Count();

    protected override int[] PeekAndRelease(int size)
    {
        var items = new List<int>();
        while (items.Count < size && TryRead() is { } item) items.Add(item);
        return [.. items];
    }

    protected override string BlockingWrite(int item)
    {
        if (TryWrite(item)) return "True";
        return _isClosed ? ClosedOutcome : "False";
    }

    protected override string BlockingRead()
    {
        if (TryRead() is { } item) return item.ToString();
        return HasEnded ? ClosedOutcome : "False";
    }

    protected override string SelectWrite(int item) => TryWrite(item) ? "done" : _isClosed ? $"ended {_error?.Message}" : "none";

    protected override string SelectRead() => TryRead() is { } item ? item.ToString() : HasEnded ? $"ended {_error?.Message}" : "none";

    protected override bool TryComplete(Exception? error)
    {
        if (_isClosed) return false;
        _isClosed = true;
        _error = error;
        DecideAll(_writers, ClosedOutcome);
        Settle();
        return true;
    }

    protected override ScriptedOperation Write(string name, int item)
    {
        var operation = new PlainOperation(name);
        WriteFor(operation, item, operation.End);
        return operation;
    }

    protected override ScriptedOperation Read(string name)
    {
        var operation = new PlainOperation(name);
        if (TryRead() is { } item) operation.End(item.ToString());
        else if (HasEnded) operation.End(ClosedOutcome);
        else Queue(_readers, new PlainWait(operation, 0, operation.End));
        return operation;
    }

    protected override ScriptedOperation WaitToWrite(string name)
    {
        var operation = new PlainOperation(name);
        if (_isClosed) operation.End(EndOfWait);
        else Queue(_waitingWriters, new PlainWait(operation, 0, operation.End));
        return operation;
    }

    protected override ScriptedOperation WaitToRead(string name)
    {
        var operation = new PlainOperation(name);
        WaitToReadFor(operation, operation.End);
        return operation;
    }

    protected override ScriptedOperation WriteBatch(string name, int[] items)
    {
        var operation = new PlainOperation(name);
        WriteRest(operation, items, TryWriteBatch(items));
        return operation;
    }

    protected override ScriptedOperation ReadBatch(string name, int size)
    {
        var operation = new PlainOperation(name);
        ReadSome(operation, size);
        return operation;
    }

    protected override void RunContinuations()
    {
        while (_continuations.TryDequeue(out Action? next)) next();
    }

    private void WriteRest(PlainOperation operation, int[] items, int written)
    {
        if (written == items.Length)
        {
            operation.End(written.ToString());
            return;
        }

        Await(end => WriteFor(operation, items[written], end), outcome =>
        {
            if (outcome != "done") operation.End(written == 0 ? outcome : written.ToString());
            else WriteRest(operation, items, written + 1 + TryWriteBatch(items[(written + 1)..]));
        });
    }

    private void ReadSome(PlainOperation operation, int size)
    {
        int[] items = TryReadBatch(size);
        if (items.Length != 0)
        {
            operation.End(Text(items));
            return;
        }

        Await(end => WaitToReadFor(operation, end), outcome =>
        {
            if (outcome == "True") ReadSome(operation, size);
            else operation.End(outcome == "False" ? Text([]) : outcome);
        });
    }

    /// <summary>What has ended when it returns is gone on from at once, as by an await.</summary>
    private void Await(Action<Action<string>> start, Action<string> then)
    {
        string? ended = null;
        bool waits = false;
        start(outcome =>
        {
            if (waits) _continuations.Enqueue(() => then(outcome));
            else ended = outcome;
        });
        waits = ended is null;
        if (ended is not null) then(ended);
    }

    private void WriteFor(PlainOperation operation, int item, Action<string> end)
    {
        if (_isClosed) end(ClosedOutcome);
        else if (TryWrite(item)) end("done");
        else Queue(_writers, new PlainWait(operation, item, end));
    }

    private void WaitToReadFor(PlainOperation operation, Action<string> end)
    {
        if (HasEnded) end(EndOfWait);
        else Queue(_waitingReaders, new PlainWait(operation, 0, end));
    }

    private void Queue(List<PlainWait> list, PlainWait wait)
    {
        list.Add(wait);
        wait.Operation.Cancelling = () =>
        {
            list.Remove(wait);
            wait.End(Cancelled);
        };
        Settle();
    }

    /// <summary>Decides all who need not wait any more.</summary>
    private void Settle()
    {
        bool moves = true;
        while (moves)
        {
            moves = false;
            while (_readers.Count != 0 && (_items.Count != 0 || (!Shape.HoldsItems && _writers.Count != 0)))
            {
                int item = _items.Count != 0 ? Take() : _writers[0].Item;
                if (!Shape.HoldsItems) Decide(_writers, "done");
                Decide(_readers, item.ToString());
            }

            while (_writers.Count != 0 && !IsFull)
            {
                Add(_writers[0].Item);
                Decide(_writers, "done");
                moves = true;
            }
        }

        if (_items.Count != 0 || (!Shape.HoldsItems && _writers.Count != 0)) DecideAll(_waitingReaders, "True");
        if (!_isClosed && _writers.Count == 0 && (!IsFull || (!Shape.HoldsItems && _readers.Count != 0))) DecideAll(_waitingWriters, "True");
        if (_isClosed) DecideAll(_waitingWriters, EndOfWait);
        if (!HasEnded) return;
        DecideAll(_readers, ClosedOutcome);
        DecideAll(_waitingReaders, EndOfWait);
    }

    private void Add(int item)
    {
        if (_items.Count == Shape.Capacity && Shape.FullMode == BoundedChannelFullMode.DropWrite)
        {
            Dropped.Add(item);
            return;
        }

        if (_items.Count == Shape.Capacity)
        {
            int dropped = Shape.FullMode == BoundedChannelFullMode.DropOldest ? 0 : _items.Count - 1;
            Dropped.Add(_items[dropped]);
            _items.RemoveAt(dropped);
        }

        int after = Shape.IsPrioritized ? _items.FindIndex(other => other > item) : -1;
        _items.Insert(after < 0 ? _items.Count : after, item);
    }

    private int Take()
    {
        int item = _items[0];
        _items.RemoveAt(0);
        return item;
    }

    private static void Decide(List<PlainWait> list, string outcome)
    {
        PlainWait first = list[0];
        list.RemoveAt(0);
        first.End(outcome);
    }

    private static void DecideAll(List<PlainWait> list, string outcome)
    {
        while (list.Count != 0) Decide(list, outcome);
    }

    private sealed class PlainOperation(string name) : ScriptedOperation(name)
    {
        private string? _outcome;

        /// <summary>Takes it out of the list it waits in.</summary>
        internal Action? Cancelling { get; set; }

        internal void End(string outcome) => _outcome = outcome;

        internal override string? Outcome() => _outcome;

        internal override void Cancel() => Cancelling!();
    }

    /// <param name="Operation">What waits.</param>
    /// <param name="Item">What it writes, if it does.</param>
    /// <param name="End">Told the outcome of the wait.</param>
    private sealed record PlainWait(PlainOperation Operation, int Item, Action<string> End);
}
