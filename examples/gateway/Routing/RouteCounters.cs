namespace FastCore.Gateway.Routing;

/// <summary>Why a request was not passed on, or how passing it on ended.</summary>
internal enum Verdict
{
    /// <summary>The upstream's answer was passed on to its end.</summary>
    Forwarded,

    /// <summary>400: the path or a field is not fit to be passed on.</summary>
    BadRequest,

    /// <summary>401: no token, or one that is not good.</summary>
    Unauthorized,

    /// <summary>401: the token has been revoked.</summary>
    Revoked,

    /// <summary>403: the token does not allow this.</summary>
    Forbidden,

    /// <summary>429: too many a second.</summary>
    RateLimited,

    /// <summary>503: too many at once.</summary>
    Overloaded,

    /// <summary>503: all destinations are left alone.</summary>
    Unavailable,

    /// <summary>502: the upstream can't be reached, or answered what is not HTTP.</summary>
    BadGateway,

    /// <summary>504: the upstream was late.</summary>
    TimedOut,

    /// <summary>The upstream's answer broke off, and so did the client's.</summary>
    BrokenOff,

    /// <summary>The client left first.</summary>
    ClientGone,
}

/// <summary>How the requests of a route ended. Any thread may use it.</summary>
internal sealed class RouteCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<Verdict>().Length];

    public long this[Verdict verdict] => Volatile.Read(ref _counts[(int)verdict]);

    public void Count(Verdict verdict) => Interlocked.Increment(ref _counts[(int)verdict]);

    /// <summary>A verdict as metrics and the admin page name it.</summary>
    public static string NameOf(Verdict verdict) => verdict switch
    {
        Verdict.Forwarded => "forwarded",
        Verdict.BadRequest => "bad_request",
        Verdict.Unauthorized => "unauthorized",
        Verdict.Revoked => "revoked",
        Verdict.Forbidden => "forbidden",
        Verdict.RateLimited => "rate_limited",
        Verdict.Overloaded => "overloaded",
        Verdict.Unavailable => "unavailable",
        Verdict.BadGateway => "bad_gateway",
        Verdict.TimedOut => "timed_out",
        Verdict.BrokenOff => "broken_off",
        _ => "client_gone",
    };
}
