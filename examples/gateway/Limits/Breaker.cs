using System.Diagnostics;
using FastCore.Tracing;

namespace FastCore.Gateway.Limits;

/// <summary>The state of a <see cref="Breaker"/>.</summary>
internal enum BreakerState
{
    Closed,
    Open,
    HalfOpen,
}

/// <summary>Leave to send a request, which ends with exactly one call of <see cref="Breaker.Succeeded"/>, <see cref="Breaker.Failed"/> or <see cref="Breaker.GaveUp"/>.</summary>
/// <param name="Era">Which stretch of the breaker's life it belongs to: what is heard of an earlier one says nothing of the present.</param>
internal readonly record struct BreakerPass(int Era);

/// <summary>
/// Keeps requests from a destination that fails, and lets a few try it again after a while. It is the destination's passive health
/// check too: a destination whose breaker is not closed is not chosen while another's is.
/// </summary>
/// <remarks>
/// <b>Threads.</b> Any. A closed breaker that has heard of no failure costs two reads; every step is taken under the lock.
/// <b>Invariant:</b> the era changes with each step of <see cref="BreakerTable"/>; while half-open, <c>_probes</c> is the number of
/// passes of this era that have not ended, and is at most the number that may try at once.
/// </remarks>
internal sealed class Breaker(int failures, TimeSpan openFor, int probes, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _subject = Tracer.NewSubject();

    // Written under the gate; read without it to find that all is well.
    private int _state;
    private int _era;
    private int _failuresInRow;

    private int _probes;
    private long _openedAt;

    public BreakerState State => (BreakerState)Volatile.Read(ref _state);

    /// <summary>How often it has opened.</summary>
    public long Openings { get; private set; }

    /// <summary>Lets a request through, or says how long it would have to wait.</summary>
    public bool TryEnter(out BreakerPass pass, out TimeSpan wait)
    {
        wait = default;
        // The era first: if it changes meanwhile, what this request ends in belongs to no present stretch and is not heard.
        pass = new BreakerPass(Volatile.Read(ref _era));
        return State == BreakerState.Closed || TryProbe(out pass, out wait);
    }

    private bool TryProbe(out BreakerPass pass, out TimeSpan wait)
    {
        lock (_gate)
        {
            wait = default;
            pass = default;
            if (State == BreakerState.Open)
            {
                wait = openFor - time.GetElapsedTime(_openedAt);
                if (wait > TimeSpan.Zero) return false;
                wait = default;
                Step(BreakerState.HalfOpen, BreakerTable.Probe);
                _probes = 0;
            }
            if (State == BreakerState.HalfOpen)
            {
                if (_probes == probes)
                {
                    // As soon as one of those under way has ended.
                    wait = TimeSpan.FromSeconds(1);
                    return false;
                }
                _probes++;
            }
            pass = new BreakerPass(_era);
            return true;
        }
    }

    /// <summary>The destination has begun to answer, and may go on for long: that is enough to close a breaker which tries it, but not to forget failures. The pass has not ended.</summary>
    public void Answers(BreakerPass pass)
    {
        if (State == BreakerState.Closed) return;
        lock (_gate)
        {
            if (pass.Era == _era && State == BreakerState.HalfOpen) Step(BreakerState.Closed, BreakerTable.Close);
        }
    }

    /// <summary>The destination has answered.</summary>
    public void Succeeded(BreakerPass pass)
    {
        if (State == BreakerState.Closed && Volatile.Read(ref _failuresInRow) == 0) return;
        lock (_gate)
        {
            if (pass.Era != _era) return;
            _failuresInRow = 0;
            if (State == BreakerState.HalfOpen) Step(BreakerState.Closed, BreakerTable.Close);
        }
    }

    /// <summary>It has not, or only to say that it can't.</summary>
    public void Failed(BreakerPass pass)
    {
        lock (_gate)
        {
            if (pass.Era != _era || State == BreakerState.Open) return;
            if (State == BreakerState.Closed && ++_failuresInRow < failures) return;
            var step = State == BreakerState.Closed ? BreakerTable.Open : BreakerTable.Reopen;
            _openedAt = time.GetTimestamp();
            Openings++;
            Step(BreakerState.Open, step, _failuresInRow);
            _failuresInRow = 0;
        }
    }

    /// <summary>Nothing was learned of it: the client left, or nothing was sent.</summary>
    public void GaveUp(BreakerPass pass)
    {
        if (State == BreakerState.Closed) return;
        lock (_gate)
        {
            if (pass.Era == _era && State == BreakerState.HalfOpen) _probes--;
        }
    }

    private void Step(BreakerState to, Transition step, long argument = 0)
    {
        Debug.Assert(step.From == NameOf(State) && step.To == NameOf(to), "The table permits it.");
        Volatile.Write(ref _state, (int)to);
        Volatile.Write(ref _era, _era + 1);
        if (Tracer.IsOn) Tracer.Record(step, _subject, argument);
    }

    /// <summary>The state as <see cref="BreakerTable"/> names it.</summary>
    public static string NameOf(BreakerState state) => state switch
    {
        BreakerState.Closed => "closed",
        BreakerState.Open => "open",
        _ => "half-open",
    };
}
