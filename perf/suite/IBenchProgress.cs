using FastCore.Perf.Results;

namespace FastCore.Perf;

/// <summary>Hears how a bench goes on. Calls come one at a time, from any thread.</summary>
public interface IBenchProgress
{
    /// <summary>An area of the bench begins.</summary>
    /// <param name="area">Its name, such as <c>http</c>.</param>
    /// <param name="steps">How often <see cref="Step"/> will be called for it.</param>
    void Begin(string area, int steps);

    /// <summary>A step begins: one subject's round, or one start of a server.</summary>
    void Step(string caseName, string subject, int round, int rounds);

    /// <summary>What a cell has reached so far.</summary>
    void Figures(CaseResult soFar);

    /// <summary>A cell is finished.</summary>
    void Finished(CaseResult result);

    /// <summary>Something that a reader must know and that belongs to no cell.</summary>
    void Note(string sentence);
}
