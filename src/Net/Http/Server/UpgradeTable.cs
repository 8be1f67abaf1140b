using FastCore.Tracing;

namespace FastCore.Net.Http.Server;

/// <summary>Whose protocol a connection speaks.</summary>
internal static class UpgradeTable
{
    /// <summary>A handler has answered 101.</summary>
    public static readonly Transition Switch = new("HTTP", "switch protocols", "another protocol");

    /// <summary>Its handler has ended, and the connection ends with it.</summary>
    public static readonly Transition End = new("another protocol", "handler ends", "closing");

    /// <summary>The connection ended before the handler did.</summary>
    public static readonly Transition Lose = new("another protocol", "client gone", "closing");

    public static readonly TransitionTable Table = new("upgrade", "A connection that is turned over to another protocol.", "HTTP", Switch, End, Lose);
}
