using System.Net;

namespace FastCore.Net.Http;

/// <summary>An address a server listens on, and what it speaks there.</summary>
/// <param name="Address">The address; port 0 takes a free one.</param>
/// <param name="Tls">What HTTPS is spoken with; <see langword="null"/> speaks plain HTTP.</param>
public sealed record HttpEndPoint(IPEndPoint Address, HttpTlsOptions? Tls = null);
