using System.Runtime.Intrinsics;

namespace FastCore.Tests.Explorer;

/// <summary>
/// Runs a model once. Of its threads only the one with the baton runs; before each access it asks the chooser who goes on,
/// and passes the baton if that is another.
/// </summary>
internal sealed class Execution : IDisposable, IModelState
{
    private readonly ModelChecker _bounds;
    private readonly ModelThread[] _threads = new ModelThread[VectorClock.Threads];
    private readonly Worker[] _workers = new Worker[VectorClock.Threads];
    private readonly List<Decision> _decisions = [];

    /// <summary>Looks at the memory after the end: everything has happened before it, and it takes no steps.</summary>
    private readonly ModelThread _observer;

    private readonly AutoResetEvent _ended = new(false);
    private IReadOnlyList<ModelBody> _bodies = [];
    private Func<bool>? _shared;
    private IChooser _chooser = new Replay([]);
    private ModelThread? _last;
    private int _preemptions;
    private int _delays;
    private bool _isAbandoned;
    private bool _isObserving;

    internal Execution(ModelChecker bounds)
    {
        _bounds = bounds;
        _observer = new ModelThread(this, 0);
        for (int i = 0; i < _threads.Length; i++) _threads[i] = new ModelThread(this, i);
    }

    internal ModelMemory Memory { get; } = new();

    /// <summary>How often the memory that all threads see has changed. A spinning thread rests until it does.</summary>
    internal long Changes { get; set; }

    /// <summary>Lines that tell what happened, when somebody wants to know.</summary>
    internal List<string>? Story { get; set; }

    internal bool HasStoreBuffers => _bounds.DelayedStores > 0;

    internal Exception? Failure { get; private set; }

    internal IReadOnlyList<Decision> Decisions => _decisions;

    internal void Run(Model model, IChooser chooser)
    {
        Reset(model, chooser);
        Pass(Choose());
        _ended.WaitOne();
        Join();
        if (Failure is not null) return;
        try
        {
            _isObserving = true;
            _observer.Impersonate(model.CheckEnd);
        }
        catch (Exception failure)
        {
            Failure = failure;
        }
    }

    /// <summary>A thread is about to do something; returns when it may.</summary>
    internal void Step(ModelThread thread, StepKind kind)
    {
        if (_isObserving) return;
        if (_isAbandoned) throw new ExecutionAbandonedException();
        thread.Pending = kind;
        bool decided = thread.IsFresh && (kind is StepKind.Read or StepKind.Full || (kind == StepKind.Store && !HasStoreBuffers));
        thread.IsFresh = false;
        if (decided) return;
        ModelThread? next = Choose();
        if (next != thread)
        {
            Pass(next);
            _workers[thread.Index].AwaitBaton();
            if (_isAbandoned) throw new ExecutionAbandonedException();
        }

        LookAtShared(thread);
    }

    internal void DrainAll()
    {
        for (int i = 0; i < _bodies.Count; i++) _threads[i].Drain();
    }

    internal void Note(int thread, string does, Location location, Cell? value = null)
    {
        if (Story is not null) Note(thread, $"{does} [{location.Number}] {value}".TrimEnd());
    }

    internal void Note(int thread, string does)
    {
        if (!_isObserving) Story?.Add($"{_bodies[thread].Name} {does}");
    }

    public void Dispose()
    {
        foreach (Worker? worker in _workers) worker?.Dispose();
        _ended.Dispose();
    }

    private void Reset(Model model, IChooser chooser)
    {
        _bodies = model.Bodies;
        _shared = model.Shared;
        _chooser = chooser;
        _last = null;
        _preemptions = _delays = 0;
        _isAbandoned = _isObserving = false;
        Failure = null;
        Changes = 0;
        Memory.Clear();
        _decisions.Clear();
        _observer.Reset(Vector128.Create(int.MaxValue / 2));
        for (int i = 0; i < _bodies.Count; i++)
        {
            ModelThread thread = _threads[i];
            Action body = _bodies[i].Run;
            thread.Reset(Vector128<int>.Zero.WithElement(i, 1));
            _workers[i] ??= new Worker(i);
            _workers[i].Assign(() => thread.Impersonate(() => RunBody(thread, body)));
        }
    }

    private void RunBody(ModelThread thread, Action body)
    {
        try
        {
            if (!_isAbandoned)
            {
                LookAtShared(thread);
                body();
            }
        }
        catch (ExecutionAbandonedException)
        {
            // The first failure is kept; this thread only had to leave its body.
        }
        catch (Exception failure)
        {
            Failure ??= failure;
        }

        thread.HasEnded = true;
        Pass(_isAbandoned || Failure is not null ? null : Choose());
    }

    /// <summary>Nothing changes until the thread's next step but by itself, so what it can see is what is there now.</summary>
    private void LookAtShared(ModelThread thread)
    {
        if (_shared is not null) thread.Learn(Did.Looked, _shared() ? 1UL : 0);
    }

    /// <summary>Gives the baton to a thread, or says to the controller that none goes on.</summary>
    private void Pass(ModelThread? next)
    {
        if (next is null) _ended.Set();
        else _workers[next.Index].GiveBaton();
    }

    /// <summary>Unwinds, one after the other, the threads that the failure stopped in their bodies.</summary>
    private void Join()
    {
        _isAbandoned = true;
        for (int i = 0; i < _bodies.Count; i++)
        {
            if (_threads[i].HasEnded) continue;
            _workers[i].GiveBaton();
            _ended.WaitOne();
        }
    }

    /// <summary>Who goes on; null when all have ended or the execution has failed.</summary>
    private ModelThread? Choose()
    {
        try
        {
            Span<Decision> open = stackalloc Decision[3 * VectorClock.Threads];
            while (true)
            {
                int count = Collect(open);
                if (count == 0)
                {
                    FailIfStuck();
                    return null;
                }

                if (_decisions.Count == _bounds.Steps)
                {
                    Failure = new ModelFailureException($"No end within {_bounds.Steps} steps: a livelock, or too small a bound.");
                    return null;
                }

                Decision decision = _chooser.Choose(open[..count], this);
                _decisions.Add(decision);
                ModelThread thread = _threads[decision.Thread];
                if (decision.Act == Act.Flush)
                {
                    thread.FlushOne();
                    continue;
                }

                if (decision.Act == Act.Delay)
                {
                    thread.DelaysStore = true;
                    _delays++;
                }

                if (thread != _last && _last is not null && CostsToLeave(_last)) _preemptions++;
                return _last = thread;
            }
        }
        catch (Exception failure)
        {
            Failure = failure;
            return null;
        }
    }

    public ModelState State()
    {
        // Who ran last matters only where leaving it costs, and a delay only to the store that may not arrive at once.
        ulong key = (ulong)(_last is not null && CostsToLeave(_last) ? _last.Index : VectorClock.Threads);
        if (_decisions.Count > 0 && _decisions[^1] is { Act: Act.Delay, Thread: int delaying }) key |= (ulong)(delaying + 1) << 8;
        for (int i = 0; i < _bodies.Count; i++) key = Fingerprint.Link(key, _threads[i].State());
        return new ModelState(key, _preemptions, _delays);
    }

    private void FailIfStuck()
    {
        string[] stuck = [.. _bodies.Where((_, i) => !_threads[i].HasEnded).Select(body => body.Name)];
        if (stuck.Length == 0) return;
        Failure = new ModelFailureException($"Deadlock or lost wake-up: nobody can go on, and these have not ended: {string.Join(", ", stuck)}.");
    }

    /// <summary>All that could happen next within the bounds; first what goes on with the thread that ran last.</summary>
    private int Collect(Span<Decision> open)
    {
        int count = 0;
        bool mayLeave = true;
        if (_last is not null && _last.CanGo())
        {
            Offer(_last, open, ref count);
            mayLeave = !CostsToLeave(_last) || _preemptions < _bounds.Preemptions;
        }

        for (int i = 0; i < _bodies.Count && mayLeave; i++)
        {
            if (_threads[i] != _last && _threads[i].CanGo()) Offer(_threads[i], open, ref count);
        }

        for (int i = 0; i < _bodies.Count; i++)
        {
            // A store that arrives at once was not delayed: that is another path already.
            bool justDelayed = count > 0 && _decisions.Count > 0 && _decisions[^1] == new Decision(Act.Delay, i);
            if (!_threads[i].Buffer.IsEmpty && !justDelayed) open[count++] = new(Act.Flush, i);
        }

        return count;
    }

    private void Offer(ModelThread thread, Span<Decision> open, ref int count)
    {
        open[count++] = new(Act.Step, thread.Index);
        bool canDelay = thread.Pending == StepKind.Store && !thread.IsFresh && thread.Buffer.IsEmpty && _delays < _bounds.DelayedStores;
        if (canDelay) open[count++] = new(Act.Delay, thread.Index);
    }

    /// <summary>Leaving a thread that could go on is a preemption, unless it offered to be left.</summary>
    private static bool CostsToLeave(ModelThread thread) => thread.Pending != StepKind.Yield && thread.CanGo();
}
