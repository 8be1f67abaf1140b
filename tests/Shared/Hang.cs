namespace FastCore.Tests.Shared;

/// <summary>The end of a test that hangs; no test passes or fails by time otherwise.</summary>
/// <remarks>
/// Many times what anything takes that is waited for, also on a machine that does other work beside the tests: what is nearly used
/// up on a quiet one fails by chance on a busy one. Below the time after which <c>./test</c> ends the whole run of a project.
/// </remarks>
internal static class Hang
{
    public const int Milliseconds = 120_000;

    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(Milliseconds);
}
