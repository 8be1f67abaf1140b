namespace FastCore.Tests.Explorer;

/// <summary>Picks one of the decisions that are open.</summary>
internal interface IChooser
{
    Decision Choose(ReadOnlySpan<Decision> open);
}

/// <summary>Walks the tree of decisions depth first, one path an execution.</summary>
internal sealed class DepthFirst : IChooser
{
    private readonly List<Fork> _path = [];
    private int _depth;
    private int _known;

    /// <summary>Begins the path again, with the choices it had.</summary>
    internal void Restart()
    {
        _path.RemoveRange(_known, _path.Count - _known);
        _depth = 0;
    }

    /// <summary>Moves on to the next path; false when there is none.</summary>
    internal bool Advance()
    {
        while (_path.Count > 0 && _path[^1].Taken + 1 == _path[^1].Open.Length) _path.RemoveAt(_path.Count - 1);
        _known = _path.Count;
        _depth = 0;
        if (_path.Count == 0) return false;
        _path[^1] = _path[^1] with { Taken = _path[^1].Taken + 1 };
        return true;
    }

    public Decision Choose(ReadOnlySpan<Decision> open)
    {
        if (open.Length == 1) return open[0];
        if (_depth == _path.Count) _path.Add(new Fork(open.ToArray(), 0));
        Fork fork = _path[_depth++];
        if (!open.SequenceEqual(fork.Open)) throw new NonDeterministicModelException();
        return fork.Open[fork.Taken];
    }

    private readonly record struct Fork(Decision[] Open, int Taken);
}

/// <summary>Follows a schedule.</summary>
internal sealed class Replay(IReadOnlyList<Decision> schedule) : IChooser
{
    private int _next;

    public Decision Choose(ReadOnlySpan<Decision> open)
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

    public Decision Choose(ReadOnlySpan<Decision> open) => open[_random.Next(open.Length)];
}

/// <summary>The same choices led elsewhere: the model depends on something besides its schedule.</summary>
internal sealed class NonDeterministicModelException()
    : Exception("The model did not repeat itself: it must depend on nothing but its schedule (no time, chance, statics or hash order).");
