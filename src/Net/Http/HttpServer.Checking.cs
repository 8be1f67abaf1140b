using System.Net.Sockets;
using System.Security.Cryptography;
using FastCore.Net.Http.Tls;
using FastCore.Net.Transport;

namespace FastCore.Net.Http;

public sealed partial class HttpServer
{
    /// <summary>
    /// Looks for what would keep <see cref="Start"/> from working now: a transport that can't run, certificates that can't be read,
    /// addresses that can't be listened on. It serves nobody: a client that connects meanwhile is reset. It keeps nothing; a Unix-domain
    /// socket that a process left behind is removed, as it would be at the start. Sockets that another process has opened are not looked at.
    /// </summary>
    /// <returns>All that was found, in the order of the options; none if a start would work.</returns>
    /// <exception cref="InvalidOperationException">It was started or stopped before.</exception>
    public IReadOnlyList<HttpServerProblem> FindProblems()
    {
        lock (_gate)
        {
            if (_transport != null || _stop != null) throw new InvalidOperationException("A server that has been started needs no check.");
            var problems = new List<HttpServerProblem>();
            var held = new List<IDisposable>();
            var read = new HashSet<HttpTlsOptions>();
            Try(null, () => held.AddRange(TransportSelector.Start([_options.ForReactor(0)], _options.Transport).Reactors));
            foreach (var endPoint in _options.AllEndPoints)
            {
                // Endpoints mostly share theirs, and one fault is told once.
                if (endPoint.Tls is { } tls && read.Add(tls)) Try(endPoint, () => _ = new CertificateStore(tls, static (_, _) => { }));
                // Held to the end, so that an address that is named twice is found.
                if (endPoint.Inherited.Count == 0) Try(endPoint, () => held.Add(ListeningSocket.Open(endPoint.Address, endPoint.UnixSocket, 1)[0]));
            }
            foreach (var each in held) each.Dispose();
            return problems;

            void Try(HttpEndPoint? endPoint, Action step)
            {
                try
                {
                    step();
                }
                catch (Exception cause) when (cause is SocketException or TransportUnavailableException or IOException or UnauthorizedAccessException or ArgumentException or CryptographicException or PlatformNotSupportedException)
                {
                    problems.Add(new HttpServerProblem(endPoint?.Address, cause));
                }
            }
        }
    }
}
