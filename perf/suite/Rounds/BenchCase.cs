namespace FastCore.Perf.Rounds;

/// <summary>One thing to measure on several contenders.</summary>
internal abstract class BenchCase
{
    internal abstract string Name { get; }

    /// <summary>Who is measured, in the order of their turns.</summary>
    internal abstract IReadOnlyList<Contender> Contenders { get; }

    /// <summary>How many operations the first round has; it tells how many fill the time.</summary>
    internal virtual long FirstOperations => 20_000;

    /// <summary>How many times longer than asked for a round is, for what can't be seen in less.</summary>
    internal virtual int Stretch => 1;

    /// <summary>Whether a round's time and cost by its operations say something.</summary>
    internal virtual bool HasSpeed => true;

    /// <summary>How many rounds each contender has.</summary>
    internal virtual int Rounds(int asked) => asked;
}

/// <summary>Whose part in a case is measured.</summary>
/// <param name="Name">Ours, <c>fastcore</c> or what begins with it and a slash; or <see cref="Stock"/>.</param>
/// <param name="Begin">Makes what it is measured on. It lives through the warm-up and all rounds, as in a program that runs on.</param>
internal sealed record Contender(string Name, Func<CaseRun> Begin)
{
    internal const string FastCore = "fastcore";

    internal const string Stock = "stock";

    internal bool IsOurs => IsOf(FastCore);

    internal bool IsStock => IsOf(Stock);

    private bool IsOf(string subject) => Name == subject || Name.StartsWith($"{subject}/", StringComparison.Ordinal);
}
