namespace FastCore.Cli;

/// <summary>What the program's exit code says; the same for every command.</summary>
internal static class ExitCode
{
    public const int Good = 0;

    /// <summary>An <c>--assert</c> did not hold, <c>check</c> found a broken promise, or <c>doctor</c> found what blocks the fast path.</summary>
    public const int AssertionFailed = 1;

    /// <summary>The command line, or a file or folder that it names, can't be used.</summary>
    public const int Usage = 2;

    /// <summary>What was to be served or measured can't be reached: a port in use, a server that does not start.</summary>
    public const int Unreachable = 3;

    /// <summary>A comparison can't be concluded: a cell was refused, or there is nothing to compare with.</summary>
    public const int Inconclusive = 4;

    /// <summary>Ctrl-C; what was finished is printed.</summary>
    public const int Interrupted = 130;
}
