using FastCore.Tracing;

namespace FastCore.Net.Http.Server;

/// <summary>The life of the parser of a connection's input. A request that comes whole takes none of these steps.</summary>
internal static class ParserTable
{
    /// <summary>The input ends inside a head. The argument is how much of it there is.</summary>
    public static readonly Transition CutHead = new("between requests", "head cut", "in a head");

    /// <summary>More of it came, and it has still not ended.</summary>
    public static readonly Transition StillCut = new("in a head", "more of it", "in a head");

    public static readonly Transition EndHead = new("in a head", "head ends", "between requests");

    /// <summary>The head has ended and the body has not come whole with it.</summary>
    public static readonly Transition BeginBody = new("between requests", "body begins", "in a body");

    public static readonly Transition EndBody = new("in a body", "body ends", "between requests");

    /// <summary>The argument is the status.</summary>
    public static readonly Transition Refuse = new("between requests", "refuse", "refused");

    /// <inheritdoc cref="Refuse"/>
    public static readonly Transition RefuseHead = new("in a head", "refuse", "refused");

    /// <inheritdoc cref="Refuse"/>
    public static readonly Transition RefuseBody = new("in a body", "refuse", "refused");

    public static readonly TransitionTable Table = new(
        "HTTP parser", "Where a connection's input stands.", "between requests",
        CutHead, StillCut, EndHead, BeginBody, EndBody, Refuse, RefuseHead, RefuseBody);
}
