using System.Net;
using System.Net.Sockets;
using FastCore.Net.Transport;

namespace FastCore.EndToEnd.Tests.Readme;

// snippet: echo-connection
internal sealed class EchoConnection : Connection
{
    protected override void OnReceived(ReadOnlySpan<byte> data) => Write(data);
}
// end

[TestFixture]
internal sealed class ReactorSnippets
{
    [Test]
    public void Echo()
    {
        // snippet: echo-server
        using var reactor = Reactor.Start();
        var address = reactor.Listen(new IPEndPoint(IPAddress.Loopback, 0), () => new EchoConnection());
        Console.WriteLine($"echo on {address}, over {reactor.Transport}");
        // end

        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 30_000 };
        client.Connect(address);
        client.Send("echo"u8);
        client.Shutdown(SocketShutdown.Send);
        var answer = new byte[16];
        var length = 0;
        while (client.Receive(answer.AsSpan(length)) is var count and > 0)
            length += count;
        Assert.That(answer.AsSpan(0, length).ToArray(), Is.EqualTo("echo"u8.ToArray()));
    }
}
