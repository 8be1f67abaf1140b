using System.Net.Security;

namespace FastCore.Net.Tests.Transport;

/// <summary>The first message of a client that speaks TLS.</summary>
internal static class ClientHello
{
    public static byte[] For(string name)
    {
        var first = new FirstWrite();
        using var stream = new SslStream(first);
        Assert.That(() => stream.AuthenticateAsClient(name), Throws.InstanceOf<IOException>());
        return first.ToArray();
    }

    /// <summary>Keeps what is written, and ends where something is to be read.</summary>
    private sealed class FirstWrite : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override int Read(Span<byte> buffer) => 0;
    }
}
