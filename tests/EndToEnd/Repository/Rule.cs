namespace FastCore.EndToEnd.Tests.Repository;

/// <summary>One thing that must hold of every file it applies to.</summary>
/// <param name="Name">What must hold, in a few words.</param>
/// <param name="Reason">Why it must hold, or what to write instead.</param>
/// <param name="Applies">The files it speaks of.</param>
/// <param name="Find">The places of a file that break it, each as <see cref="SourceFile.At"/> writes it.</param>
/// <param name="Broken">A small file that breaks it: a rule that does not see it can't fail, and says nothing.</param>
internal sealed record Rule(
    string Name,
    string Reason,
    Func<SourceFile, bool> Applies,
    Func<SourceFile, IEnumerable<string>> Find,
    SourceFile Broken)
{
    /// <summary>The files that may break it, each with why.</summary>
    public IReadOnlyDictionary<string, string> Excused { get; init; } = new Dictionary<string, string>();

    public override string ToString() => Name;

    public IEnumerable<string> Check(SourceFile file) => Excused.ContainsKey(file.Path) ? [] : CheckUnexcused(file);

    /// <summary>As <see cref="Check"/>, for a file with an excuse too: an excuse that nothing needs is a hole.</summary>
    public IEnumerable<string> CheckUnexcused(SourceFile file) => Applies(file) ? Find(file) : [];
}
