namespace FastCore.Cli.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Slower or smaller than it could be.</summary>
    Weak,

    /// <summary>It keeps FastCore off its fast path.</summary>
    Blocking,
}

/// <summary>One line of the diagnosis.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Found">What it is.</param>
/// <param name="Wanted">What it should be.</param>
/// <param name="Verdict">How bad the difference is.</param>
/// <param name="Fix">What to do; null where nothing is to be done.</param>
internal sealed record Finding(string Name, string Found, string Wanted, Verdict Verdict, string? Fix);

/// <summary>The whole diagnosis, as <c>doctor --json</c> writes it.</summary>
/// <param name="Schema">The version of this shape.</param>
/// <param name="Transport">The transport that a server would use; null if none works.</param>
/// <param name="Reason">Why that one.</param>
/// <param name="FastPath">Whether nothing blocks the fast path.</param>
/// <param name="Findings">The lines.</param>
internal sealed record Diagnosis(int Schema, string? Transport, string Reason, bool FastPath, IReadOnlyList<Finding> Findings);
