namespace FastCore.Tests.Broadcast;

/// <summary>Four words that must always be equal: a value that is half of one write and half of another shows.</summary>
internal readonly record struct Quad(long A, long B, long C, long D)
{
    internal bool IsWhole => A == B && B == C && C == D;

    internal static Quad Of(long value) => new(value, value, value, value);
}
