namespace FastCore.Tests.Explorer;

/// <summary>Picks one of the decisions that are open.</summary>
internal interface IChooser
{
    Decision Choose(ReadOnlySpan<Decision> open, IModelState at);
}

/// <summary>Where an execution stands.</summary>
internal interface IModelState
{
    ModelState State();
}

/// <summary>Walks the tree of decisions depth first, one path an execution.</summary>
/// <param name="seen">Where given, a path that comes to a state seen before goes on to its end without being forked.</param>
internal sealed class DepthFirst(SeenStates? seen = null) : IChooser
{
    private readonly List<Fork> _path = [];
    private int _depth;
    private int _known;
    private bool _isMerged;

    /// <summary>Begins the path again, with the choices it had.</summary>
    internal void Restart()
    {
        for (; _path.Count > _known; _path.RemoveAt(_path.Count - 1)) seen?.Forget(_path[^1].Key, _path[^1].Before);
        Begin();
    }

    /// <summary>Moves on to the next path; false when there is none.</summary>
    internal bool Advance()
    {
        while (_path.Count > 0 && _path[^1].Taken + 1 == _path[^1].Open.Length) _path.RemoveAt(_path.Count - 1);
        _known = _path.Count;
        Begin();
        if (_path.Count == 0) return false;
        _path[^1] = _path[^1] with { Taken = _path[^1].Taken + 1 };
        return true;
    }

    public Decision Choose(ReadOnlySpan<Decision> open, IModelState at)
    {
        if (open.Length == 1 || _isMerged || (_depth == _path.Count && !TryFork(open, at))) return open[0];
        Fork fork = _path[_depth++];
        if (!open.SequenceEqual(fork.Open)) throw new NonDeterministicModelException();
        return fork.Open[fork.Taken];
    }

    private void Begin()
    {
        _depth = 0;
        _isMerged = false;
    }

    private bool TryFork(ReadOnlySpan<Decision> open, IModelState at)
    {
        ModelState state = seen is null ? default : at.State();
        ulong before = 0;
        _isMerged = seen is not null && !seen.TryAdd(state, out before);
        if (!_isMerged) _path.Add(new Fork(open.ToArray(), 0, state.Key, before));
        return !_isMerged;
    }

    private readonly record struct Fork(Decision[] Open, int Taken, ulong Key, ulong Before);
}

/// <summary>Follows a schedule.</summary>
internal sealed class Replay(IReadOnlyList<Decision> schedule) : IChooser
{
    private int _next;

    public Decision Choose(ReadOnlySpan<Decision> open, IModelState at)
    {
        // A schedule may stop where the failure showed; the rest is then one thread after the other.
        if (_next == schedule.Count) return open[0];
        Decision decision = schedule[_next++];
        if (!open.Contains(decision)) throw new NonDeterministicModelException();
        return decision;
    }
}

/// <summary>Picks by chance, the same way for the same seed: for models too large to be walked.</summary>
internal sealed class Chance(int seed) : IChooser
{
    private readonly Random _random = new(seed);

    public Decision Choose(ReadOnlySpan<Decision> open, IModelState at) => open[_random.Next(open.Length)];
}

/// <summary>The same choices led elsewhere: the model depends on something besides its schedule.</summary>
internal sealed class NonDeterministicModelException()
    : Exception("The model did not repeat itself: it must depend on nothing but its schedule (no time, chance, statics or hash order).");
