using System.Runtime.Intrinsics;

namespace FastCore.Tests.Explorer;

/// <summary>What a thread is about to do, as far as the scheduler must know.</summary>
internal enum StepKind
{
    Read,
    Store,

    /// <summary>A read-modify-write, a fence, a system call: drains the store buffer.</summary>
    Full,

    /// <summary>One turn of a spin: leaves the processor, and rests until another thread has changed something.</summary>
    Yield,

    /// <summary>Waits for a condition.</summary>
    Wait,
}

/// <summary>A thread of a model: when it can go on, and what it has seen. Runs only while it has the baton.</summary>
internal sealed partial class ModelThread(Execution execution, int index)
{
    [ThreadStatic] private static ModelThread? _current;

    private Vector128<int> _clock;
    private Func<bool>? _condition;

    /// <summary>While the scheduler evaluates this thread's condition: reads are no steps.</summary>
    private bool _polling;

    /// <summary>Changes that this thread made; the execution's count less this is what others changed.</summary>
    private long _ownChanges;

    /// <summary>What others had changed when this thread last came back from a spin.</summary>
    private long _changesSeen;

    /// <summary>The thread that the caller is, or null outside of a model: building it, or a test that needs no scheduler.</summary>
    internal static ModelThread? Current => _current;

    internal static ModelThread Required =>
        _current ?? throw new InvalidOperationException("Only a model's thread may do this, while the checker runs it.");

    internal int Index => index;

    internal StepKind Pending { get; set; }

    /// <summary>Chosen to start, and still before its first access: that access is the step it was chosen for.</summary>
    internal bool IsFresh { get; set; }

    internal bool HasEnded { get; set; }

    /// <summary>The scheduler decided that the store this thread is about to make stays in its buffer.</summary>
    internal bool DelaysStore { get; set; }

    internal StoreBuffer Buffer { get; } = new();

    /// <summary>The chain of what this thread has done and read.</summary>
    internal ulong Knowledge { get; private set; }

    /// <summary>The chain of this thread's delayed stores that have arrived, each with the version that it met.</summary>
    private ulong _arrivals;

    internal void Reset(Vector128<int> clock)
    {
        _clock = clock;
        _condition = null;
        _polling = false;
        _ownChanges = 0;
        _changesSeen = -1;
        IsFresh = true;
        HasEnded = false;
        DelaysStore = false;
        Buffer.Clear();
        Knowledge = _arrivals = 0;
        Pending = StepKind.Read;
    }

    /// <summary>Makes the caller act as this thread for the length of <paramref name="action"/>.</summary>
    internal void Impersonate(Action action)
    {
        ModelThread? before = _current;
        _current = this;
        try
        {
            action();
        }
        finally
        {
            _current = before;
        }
    }

    internal bool CanGo() => !HasEnded && Pending switch
    {
        StepKind.Yield => OthersChanges != _changesSeen,
        StepKind.Wait => Poll(),
        _ => true,
    };

    internal void Step(StepKind kind)
    {
        if (!_polling) execution.Step(this, kind);
    }

    internal void Spin()
    {
        Step(StepKind.Yield);
        Learn(Did.Spun);
        Note("spins");
        _changesSeen = OthersChanges;
    }

    internal void WaitUntil(Func<bool> condition)
    {
        _condition = condition;
        Step(StepKind.Wait);
        Learn(Did.Waited);
        Drain();
    }

    internal void Note(string does) => execution.Note(index, does);

    /// <summary>This thread did something, and met this version.</summary>
    internal void Learn(Did did, ulong version = 0)
    {
        if (!_polling) Knowledge = Fingerprint.Link(Fingerprint.Link(Knowledge, (ulong)did), version);
    }

    /// <summary>All that this thread's future depends on, beside the other threads'.</summary>
    internal ulong State()
    {
        int flags = (HasEnded ? 1 : 0) | (IsFresh ? 2 : 0) | (CanGo() ? 4 : 0) | ((int)Pending << 3) | (Buffer.Count << 8);
        return Fingerprint.Link(Fingerprint.Link(Knowledge, _arrivals), (ulong)flags);
    }

    internal void Acquire(Vector128<int> released) => _clock = Vector128.Max(_clock, released);

    /// <summary>What a reader of the caller's next write will have seen; what the caller does later is not part of it.</summary>
    internal Vector128<int> Release()
    {
        Vector128<int> released = _clock;
        _clock = VectorClock.Tick(_clock, index);
        return released;
    }

    internal void Changed()
    {
        _ownChanges++;
        execution.Changes++;
    }

    private long OthersChanges => execution.Changes - _ownChanges;

    private bool Poll()
    {
        bool holds = false;
        _polling = true;
        try
        {
            Impersonate(() => holds = _condition!());
        }
        finally
        {
            _polling = false;
        }

        return holds;
    }
}
