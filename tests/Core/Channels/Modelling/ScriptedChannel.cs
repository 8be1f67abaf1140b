namespace FastCore.Tests.Channels.Modelling;

/// <summary>Plays a script and tells, after each call, all that can be seen: of a channel, or of the plain queue beside it.</summary>
internal abstract class ScriptedChannel(ChannelShape shape)
{
    /// <summary>What a failed operation tells: the error itself.</summary>
    protected const string Failed = "failed";

    /// <summary>What an operation on a closed channel tells, with the error it was closed with after it.</summary>
    protected const string Closed = "closed";

    protected const string Cancelled = "cancelled";

    private readonly List<ScriptedOperation> _pending = [];

    protected static Exception PlannedError { get; } = new InvalidDataException("the planned error");

    /// <summary>What was dropped so far.</summary>
    protected List<int> Dropped { get; } = [];

    protected ChannelShape Shape => shape;

    protected abstract int Count { get; }

    protected abstract TaskStatus Completion { get; }

    /// <param name="step">The call.</param>
    /// <param name="number">Which call it is, from 0; makes its items.</param>
    internal string Play(ScriptStep step, int number)
    {
        string answer = IsAllowed(step) ? Answer(step, Items(step, number), number) : "not allowed";
        RunContinuations();
        return $"{answer}; count {Count}, completion {Completion}, dropped [{string.Join(' ', Dropped)}]{Ended()}";
    }

    protected abstract bool TryWrite(int item);

    protected abstract int? TryRead();

    protected abstract int? TryPeek();

    protected abstract int TryWriteBatch(int[] items);

    protected abstract int[] TryReadBatch(int size);

    protected abstract int ClaimAndPublish(int[] items);

    protected abstract int[] PeekAndRelease(int size);

    protected abstract string BlockingWrite(int item);

    protected abstract string BlockingRead();

    protected abstract string SelectWrite(int item);

    protected abstract string SelectRead();

    protected abstract bool TryComplete(Exception? error);

    protected abstract ScriptedOperation Write(string name, int item);

    protected abstract ScriptedOperation Read(string name);

    protected abstract ScriptedOperation WaitToWrite(string name);

    protected abstract ScriptedOperation WaitToRead(string name);

    protected abstract ScriptedOperation WriteBatch(string name, int[] items);

    protected abstract ScriptedOperation ReadBatch(string name, int size);

    /// <summary>Lets those go on whose wait has ended.</summary>
    protected abstract void RunContinuations();

    protected static string Text(int[] items) => $"[{string.Join(' ', items)}]";

    private bool IsAllowed(ScriptStep step)
    {
        if (step.Reads && shape.TakesOneRead && _pending.Exists(static operation => operation.Reads)) return false;
        if (step.Writes && shape.TakesOneWrite && _pending.Exists(static operation => !operation.Reads)) return false;
        return step.Call switch
        {
            ScriptCall.ClaimAndPublish or ScriptCall.PeekAndRelease => shape.IsUsedInPlace,

            // What is inline runs one awaiter at once and the others on the pool: there is no saying when.
            ScriptCall.WriteBatchAsync or ScriptCall.ReadBatchAsync => !shape.IsInline,
            _ => true,
        };
    }

    /// <summary>Each number once; in a prioritised channel not in the order they are written.</summary>
    private int[] Items(ScriptStep step, int number) =>
        [.. Enumerable.Range(number * 4, step.Size).Select(item => shape.IsPrioritized ? item * 89 % 397 : item)];

    private string Answer(ScriptStep step, int[] items, int number)
    {
        string name = $"{step.Call} of call {number}";
        switch (step.Call)
        {
            case ScriptCall.TryWrite: return TryWrite(items[0]).ToString();
            case ScriptCall.TryRead: return TryRead().ToString()!;
            case ScriptCall.TryPeek: return TryPeek().ToString()!;
            case ScriptCall.TryWriteBatch: return TryWriteBatch(items).ToString();
            case ScriptCall.TryReadBatch: return Text(TryReadBatch(step.Size));
            case ScriptCall.ClaimAndPublish: return ClaimAndPublish(items).ToString();
            case ScriptCall.PeekAndRelease: return Text(PeekAndRelease(step.Size));
            case ScriptCall.BlockingWrite: return BlockingWrite(items[0]);
            case ScriptCall.BlockingRead: return BlockingRead();
            case ScriptCall.SelectWrite: return SelectWrite(items[0]);
            case ScriptCall.SelectRead: return SelectRead();
            case ScriptCall.WriteAsync: return Start(step, Write(name, items[0]));
            case ScriptCall.ReadAsync: return Start(step, Read(name));
            case ScriptCall.WaitToWriteAsync: return Start(step, WaitToWrite(name));
            case ScriptCall.WaitToReadAsync: return Start(step, WaitToRead(name));
            case ScriptCall.WriteBatchAsync: return Start(step, WriteBatch(name, items));
            case ScriptCall.ReadBatchAsync: return Start(step, ReadBatch(name, step.Size));
            case ScriptCall.CancelOldest:
                if (_pending.Count == 0) return "nothing to cancel";
                _pending[0].Cancel();
                return "cancel";
            case ScriptCall.Complete: return TryComplete(null).ToString();
            case ScriptCall.CompleteWithError: return TryComplete(PlannedError).ToString();
            default: throw new ArgumentOutOfRangeException(nameof(step));
        }
    }

    private string Start(ScriptStep step, ScriptedOperation operation)
    {
        operation.Reads = step.Reads;
        _pending.Add(operation);
        return "started";
    }

    /// <summary>What the last call ended, in the order it was started. It has ended when the call returns, not later.</summary>
    private string Ended()
    {
        string told = "";
        foreach (ScriptedOperation operation in _pending.ToArray())
        {
            if (operation.Outcome() is not { } outcome) continue;
            _pending.Remove(operation);
            told += $"; {operation.Name}: {outcome}";
        }

        return told;
    }
}

/// <summary>An asynchronous operation of a script.</summary>
internal abstract class ScriptedOperation(string name)
{
    internal string Name => name;

    internal bool Reads { get; set; }

    /// <summary>Null while it has not ended; asked for once after that.</summary>
    internal abstract string? Outcome();

    internal abstract void Cancel();
}
