using System.Net;
using System.Net.Sockets;
using System.Text;
using FastCore.Net.Tests.Transport;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>A client that sends bytes as they are and takes what comes until the server has ended.</summary>
internal static class RawClient
{
    /// <summary>All that was answered.</summary>
    /// <param name="server">Where it is sent to.</param>
    /// <param name="bytes">What is sent.</param>
    /// <param name="pieces">The lengths of the sends.</param>
    /// <param name="finishes">The client ends its side when it has sent; else the bytes must make the server end.</param>
    /// <param name="wasReset">The server ended with a reset, which may have destroyed a part of its answers.</param>
    public static string Ask(IPEndPoint server, byte[] bytes, IEnumerable<int> pieces, bool finishes, out bool wasReset)
    {
        using var peer = new Peer(server);
        var answers = new StringBuilder();
        wasReset = false;
        try
        {
            var at = 0;
            foreach (var piece in pieces)
            {
                peer.Send(bytes.AsSpan(at, piece));
                at += piece;
            }
            if (finishes) peer.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException gone) when (gone.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // It has had enough; what it answered may still be there.
            wasReset = true;
        }
        var chunk = new byte[16 * 1024];
        try
        {
            while (peer.Socket.Receive(chunk) is > 0 and var count) answers.Append(Encoding.Latin1.GetString(chunk, 0, count));
        }
        catch (SocketException gone) when (gone.SocketErrorCode == SocketError.ConnectionReset)
        {
            wasReset = true;
        }
        return answers.ToString();
    }
}
