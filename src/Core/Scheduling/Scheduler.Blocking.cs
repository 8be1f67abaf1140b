// Who stands in for a worker that blocks, or whose item runs on.
//
// Invariant: _active counts the workers that are not away and the spare ones in service; it is raised above Workers only by
// those that come back. A spare worker that finds it above Workers lowers it and leaves, so the surplus lasts until the next
// search of a spare one. A spare in reserve is on _reserve, and nowhere else; it is unparked once for each time it is taken off.
//
// A worker that goes away leaves its queue where it is: that can be stolen from as ever, and the one that stands in begins by
// doing so. So nothing has to be handed over by the one that blocks, nor given back.

namespace FastCore.Scheduling;

/// <content>Blocking calls, and the workers that stand in.</content>
public sealed partial class Scheduler
{
    private readonly Lock _spareLock = new();

    private readonly Stack<Worker> _reserve = new();

    private readonly List<Thread> _threads = [];

    private Worker[] _workers;

    private int _active;

    /// <summary>All there are, spare ones behind the others. Replaced, never changed.</summary>
    internal Worker[] AllWorkers => Volatile.Read(ref _workers);

    internal int Active => Volatile.Read(ref _active);

    internal bool HasSurplus => Active > Workers;

    /// <summary>
    /// Runs what blocks its thread, while another thread takes the worker's place and what waits in its queue. On a thread
    /// that is no worker it just runs.
    /// </summary>
    /// <exception cref="ArgumentNullException">The action is null.</exception>
    public static void Blocking(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        Blocking(static blocking =>
        {
            blocking();
            return true;
        }, action);
    }

    /// <inheritdoc cref="Blocking(Action)"/>
    public static TResult Blocking<TResult>(Func<TResult> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Blocking(static blocking => blocking(), function);
    }

    /// <inheritdoc cref="Blocking(Action)"/>
    public static TResult Blocking<TState, TResult>(Func<TState, TResult> function, TState state)
    {
        ArgumentNullException.ThrowIfNull(function);
        Worker? worker = Worker.Current;
        if (worker is null) return function(state);
        if (!worker.TryGoAway()) return worker.CallLooked(function, state);
        try
        {
            return worker.CallLooked(function, state);
        }
        finally
        {
            worker.Present?.NoteBlocking(SchedulerTables.Unblock);
            worker.ComeBack();
        }
    }

    /// <summary>A worker counts no more as active.</summary>
    internal void WentAway()
    {
        Interlocked.Decrement(ref _active);
        Fill();
        Notify();
    }

    internal void CameBack() => Interlocked.Increment(ref _active);

    /// <summary>Takes a spare worker out of service, if there are more in it than wanted.</summary>
    internal bool TryRetire()
    {
        int active = Active;
        while (active > Workers)
        {
            int seen = Interlocked.CompareExchange(ref _active, active - 1, active);
            if (seen == active) return true;
            active = seen;
        }

        return false;
    }

    /// <summary>Sleeps until it is wanted, or the scheduler stops. By a spare worker.</summary>
    internal void Reserve(Worker spare)
    {
        lock (_spareLock)
        {
            if (IsStopping) return;
            spare.NoteAnnounced();
            _reserve.Push(spare);
        }

        // One may have gone away since this one was not wanted, and have found no spare worker yet.
        Fill();
        Parks();
        spare.Park();
    }

    /// <summary>Puts a spare worker into service where one is missing.</summary>
    private void Fill()
    {
        int active = Active;
        while (active < Workers)
        {
            int seen = Interlocked.CompareExchange(ref _active, active + 1, active);
            if (seen == active)
            {
                if (!TryStartSpare()) Interlocked.Decrement(ref _active);
                return;
            }

            active = seen;
        }
    }

    private bool TryStartSpare()
    {
        lock (_spareLock)
        {
            if (IsStopping) return false;
            if (_reserve.TryPop(out Worker? spare))
            {
                spare.Unpark();
                return true;
            }

            Worker[] workers = _workers;
            if (workers.Length - Workers >= _options.SpareWorkers) return false;
            var added = new Worker(this, workers.Length, isSpare: true);
            Volatile.Write(ref _workers, [.. workers, added]);
            _threads.Add(added.Start());
            return true;
        }
    }

    private void WakeReserve()
    {
        lock (_spareLock)
        {
            while (_reserve.TryPop(out Worker? spare)) spare.Unpark();
        }
    }
}
