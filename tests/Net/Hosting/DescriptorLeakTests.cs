using System.Net;
using System.Net.Sockets;
using FastCore.Net.Hosting;
using FastCore.Net.Tests.Http;
using FastCore.Net.Tests.Transport;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Tests.Hosting;

/// <summary>Whatever a stranger sends at either end of a hand-over, this process holds none of it afterwards.</summary>
[Platform("Linux")]
internal sealed class DescriptorLeakTests(TransportKind kind) : HttpServerTest(kind)
{
    private string _folder = null!;

    private string Offer => Path.Combine(_folder, "offer");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("fastcore-leak-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase('x', true, 1, "hands no sockets over")]
    [TestCase('x', true, 2, "was lost")]
    [TestCase('s', false, 1, "does not listen")]
    [TestCase('f', false, 1, "does not listen")]
    [TestCase('s', true, 2, "was lost")]
    [TestCase('s', true, 3, "was lost")]
    [TestCase('\0', true, 1, "hands no sockets over")]
    [TestCase('e', true, 1, null)]
    public void WhoTakesClosesWhatItCannotUse(char mark, bool listens, int descriptors, string? refusal)
    {
        using var passed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        passed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (listens) passed.Listen();
        using var stranger = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        stranger.Bind(new UnixDomainSocketEndPoint(Offer));
        stranger.Listen();
        // The platform opens some of its own with the first socket that is waited for.
        using (var warm = Answer(stranger, static _ => { }))
        {
            Assert.That(() => SocketTaker.Connect(Offer)?.Dispose(), Throws.InvalidOperationException);
        }
        var before = OpenDescriptors.Take();
        using (Answer(stranger, client =>
        {
            // One that is good goes before it, and goes with the rest.
            DescriptorPassing.Send(client, HandOverMark.Socket, ListenerFor(passed, listens));
            Send(client, (byte)mark, passed, descriptors);
        }))
        {
            if (refusal == null) SocketTaker.Connect(Offer)!.Dispose();
            else Assert.That(() => SocketTaker.Connect(Offer), Throws.InstanceOf<Exception>().With.Message.Contains(refusal));
        }
        Assert.That(OpenDescriptors.Since(before), Is.Empty);

        int ListenerFor(Socket socket, bool isOne) => (int)(isOne ? socket : stranger).SafeHandle.DangerousGetHandle();
    }

    [Test]
    public void WhoGivesClosesWhatItDidNotAskFor()
    {
        var server = Start();
        using var giver = SocketGiver.Start(Offer, server, static () => Assert.Fail("Nobody serves."));
        using var passed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (SocketTaker.Connect(Offer)) { }
        Dictionary<string, string>? before = null;
        // The first may find the platform opening something of its own.
        for (var i = 0; i < 3; i++)
        {
            using (var stranger = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = Hang.Milliseconds })
            {
                stranger.Connect(new UnixDomainSocketEndPoint(Offer));
                int descriptor;
                byte mark;
                do
                {
                    (mark, descriptor) = DescriptorPassing.Receive(stranger);
                    if (descriptor >= 0) LinuxSockets.Close(descriptor, reset: false);
                }
                while (mark != HandOverMark.End);
                Send(stranger, (byte)'x', passed, 1);
                // It has read the mark when it hangs up.
                Assert.That(DescriptorPassing.ReceiveMark(stranger), Is.Zero);
            }
            Until(() => before == null || OpenDescriptors.Since(before).Length == 0);
            before ??= OpenDescriptors.Take();
        }
    }

    private static Answering Answer(Socket listener, Action<Socket> answer) => new(Task.Run(() =>
    {
        using var client = listener.Accept();
        answer(client);
        client.Shutdown(SocketShutdown.Send);
        // Until the other has gone: its end is what the audit waits for.
        client.Receive(new byte[1]);
    }));

    /// <summary>Sends a byte with copies of a descriptor in one message.</summary>
    private static unsafe void Send(Socket through, byte mark, Socket passed, int copies)
    {
        var control = stackalloc byte[16 + (8 * copies)];
        var length = 16 + (sizeof(int) * copies);
        *(nuint*)control = (nuint)length;
        // SOL_SOCKET, SCM_RIGHTS.
        ((int*)control)[2] = ((int*)control)[3] = 1;
        for (var i = 0; i < copies; i++) ((int*)control)[4 + i] = (int)passed.SafeHandle.DangerousGetHandle();
        var vector = new IoVector { Base = &mark, Length = 1 };
        var message = new MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = (nuint)length };
        Assert.That(LibC.SendMessage((int)through.SafeHandle.DangerousGetHandle(), &message, 0), Is.EqualTo((nint)1));
    }

    private sealed class Answering(Task task) : IDisposable
    {
        public void Dispose() => task.GetAwaiter().GetResult();
    }
}
