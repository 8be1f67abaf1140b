using System.Net;

namespace FastCore.Net.Http;

/// <summary>What would keep a server from starting (<see cref="HttpServer.FindProblems"/>).</summary>
/// <param name="EndPoint">The address that it concerns; <see langword="null"/> if it concerns all.</param>
/// <param name="Cause">What <see cref="HttpServer.Start"/> would throw.</param>
public sealed record HttpServerProblem(EndPoint? EndPoint, Exception Cause);
