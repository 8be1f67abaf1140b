// Is there an order of all steps in which each takes effect at a moment between its call and its return, and all answers are
// those of the specification? The search of Wing and Gong ("Testing and Verifying Concurrent Objects", J. Parallel Distrib.
// Comput. 17, 1993): take a step that no other precedes, go on with the rest, and come back if that fails. With Lowe's memory
// ("Testing for linearizability", Concurrency Computat. Pract. Exper. 29, 2017): a set of steps taken and the state they led to
// are looked into once. Horn and Kroening's cut of a history into independent parts ("Faster Linearizability Checking via
// P-Compositionality", FORTE 2015) does not apply: the items of a queue are not independent of each other.
//
// A step that can be taken and changes nothing is taken at once and for good: whatever order there is, it can be moved to here.
// Not so a request, which may change something elsewhere.

namespace FastCore.Tests.Channels.Linearizability;

internal enum Verdict
{
    Linearizable,
    NotLinearizable,

    /// <summary>The search was given up: too many orders.</summary>
    Undecided,
}

/// <summary>Finds whether a history can be explained by a specification. Once for each history.</summary>
internal sealed class LinearizabilityChecker<TState>
    where TState : IEquatable<TState>
{
    private const int MostStates = 1 << 18;

    private readonly ISpecification<TState> _specification;

    private readonly Step[] _steps;

    /// <summary>For each step, the set of those that must come before it.</summary>
    private readonly ulong[] _before;

    private readonly HashSet<(ulong Taken, TState State)> _seen = [];

    private LinearizabilityChecker(IEnumerable<Operation> history, ISpecification<TState> specification)
    {
        _specification = specification;
        _steps = [.. history.SelectMany(specification.StepsOf).OrderBy(static step => step.Invoked)];
        if (_steps.Length > 64) throw new ArgumentException("A history has at most 64 steps.", nameof(history));
        _before = [.. _steps.Select(Before)];
    }

    private ulong All => _steps.Length == 64 ? ulong.MaxValue : (1UL << _steps.Length) - 1;

    internal static Verdict Check(IEnumerable<Operation> history, ISpecification<TState> specification)
    {
        var checker = new LinearizabilityChecker<TState>(history, specification);
        return checker.CanGoOn(0, specification.Initial) ? Verdict.Linearizable
            : checker._seen.Count < MostStates ? Verdict.NotLinearizable : Verdict.Undecided;
    }

    private ulong Before(Step step)
    {
        ulong before = 0;
        for (int i = 0; i < _steps.Length; i++)
        {
            if (_steps[i].Returned < step.Invoked || _specification.Precedes(_steps[i], step)) before |= 1UL << i;
        }

        return before;
    }

    private bool CanGoOn(ulong taken, TState state)
    {
        if (taken == All) return _specification.CanEnd(state);
        var ways = new List<(ulong Taken, TState State)>();
        for (int i = 0; i < _steps.Length; i++)
        {
            ulong with = taken | (1UL << i);
            if (with == taken || (_before[i] & ~taken) != 0 || !_specification.TryTake(state, _steps[i], out TState next)) continue;
            if (_steps[i].Part != StepPart.Request && next.Equals(state)) return IsNew(with, next) && CanGoOn(with, next);
            ways.Add((with, next));
        }

        return ways.Exists(way => IsNew(way.Taken, way.State) && CanGoOn(way.Taken, way.State));
    }

    private bool IsNew(ulong taken, TState state) => _seen.Count < MostStates && _seen.Add((taken, state));
}
