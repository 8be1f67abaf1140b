using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastCore.Gateway.Tests;

/// <summary>An upstream that sends bytes, with no idea of HTTP but where a head ends.</summary>
internal sealed class ScriptedUpstream : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ScriptedUpstream() => _listener.Start();

    public string Address => $"http://{_listener.LocalEndpoint}";

    /// <summary>Takes the next connection, and reads a head from it.</summary>
    public async Task<(Socket Connection, string Head)> AcceptAsync()
    {
        var connection = await _listener.AcceptSocketAsync();
        connection.NoDelay = true;
        return (connection, await ReadHeadAsync(connection));
    }

    public static async Task<string> ReadHeadAsync(Socket connection)
    {
        var head = new StringBuilder();
        var letter = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await connection.ReceiveAsync(letter) == 0) throw new EndOfStreamException($"It ended after: {head}");
            head.Append((char)letter[0]);
        }
        return head.ToString();
    }

    public static async Task SendAsync(Socket connection, string text) => await connection.SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Ends when the other side has ended the connection, in whatever way.</summary>
    public static async Task ExpectEndAsync(Socket connection)
    {
        var bytes = new byte[4096];
        try
        {
            while (await connection.ReceiveAsync(bytes) > 0)
            {
                // What was under way.
            }
        }
        catch (SocketException reset) when (reset.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            // An end too.
        }
    }

    public void Dispose() => _listener.Dispose();
}
