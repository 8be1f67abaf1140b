using FastCore.Tracing;

namespace FastCore.Net.Http.Client;

/// <summary>What a connection of the client's pool is there for.</summary>
internal static class PooledConnectionTable
{
    /// <summary>It is connected, and over TLS where that is spoken.</summary>
    public static readonly Transition Establish = new("opening", "established", "free");

    /// <summary>It could not be opened, or another address was faster.</summary>
    public static readonly Transition Fail = new("opening", "failed", "closed");

    /// <summary>Nobody waits for one.</summary>
    public static readonly Transition Keep = new("free", "keep", "idle");

    public static readonly Transition Take = new("idle", "take", "free");

    /// <summary>It is given a request.</summary>
    public static readonly Transition Start = new("free", "request", "busy");

    /// <summary>It is given another one, behind those that it has not answered.</summary>
    public static readonly Transition Share = new("busy", "another request", "busy");

    /// <summary>A response has ended, and others are awaited.</summary>
    public static readonly Transition Answer = new("busy", "answered", "busy");

    /// <summary>Its response has ended, or nobody wants it any more.</summary>
    public static readonly Transition Release = new("busy", "release", "free");

    public static readonly Transition End = new("free", "end", "closed");

    /// <summary>It ended under its request.</summary>
    public static readonly Transition Lose = new("busy", "lost", "closed");

    public static readonly TransitionTable Table = new("client pool connection", "A connection of the HTTP client's pool.", "opening", Establish, Fail, Keep, Take, Start, Share, Answer, Release, End, Lose);
}
