using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http;

/// <summary>
/// The client's fault while its body was read: malformed, too large, too slow or ended too early. A handler need not
/// catch it; the server then answers <see cref="StatusCode"/> and ends the connection.
/// </summary>
public sealed class HttpRequestRejectedException : Exception
{
    internal HttpRequestRejectedException(Rejection rejection) : base(rejection.Reason) => Rejection = rejection;

    /// <summary>The status the fault is answered with.</summary>
    public int StatusCode => Rejection.Status;

    internal Rejection Rejection { get; }
}
