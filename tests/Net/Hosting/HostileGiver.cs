using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Tests.Hosting;

/// <summary>Hands over what nobody wants: a socket that does not listen, or several beside one byte.</summary>
internal static unsafe class HostileGiver
{
    [StructLayout(LayoutKind.Sequential)]
    private struct Control
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int First;
        public int Second;
    }

    public static void Send(Socket through, byte mark, Socket socket, int count)
    {
        var descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        var vector = new IoVector { Base = &mark, Length = 1 };
        var control = new Control { Length = (nuint)(16 + 4 * count), Level = 1, Type = 1, First = descriptor, Second = descriptor };
        var message = new MessageHeader { Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = (nuint)sizeof(Control) };
        Assert.That((long)LibC.SendMessage((int)through.SafeHandle.DangerousGetHandle(), &message, 0), Is.EqualTo(1));
    }
}
