using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FastCore.Net.Transport.Native;

/// <summary>Descriptors that go from process to process through a Unix-domain socket (SCM_RIGHTS, unix(7)), one beside each byte.</summary>
internal static unsafe class DescriptorPassing
{
    private const int LevelSocket = 1;
    private const int Rights = 1;
    private const int CloseOnExec = 0x40000000;
    private const int IsCut = 0x8;

    /// <summary>struct cmsghdr with one descriptor, and what fills it up.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Control
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int Descriptor;
        public int Unused;
    }

    private static nuint LengthOfOne => (nuint)(sizeof(Control) - sizeof(int));

    /// <exception cref="SocketException">The other end has gone, or the time is over.</exception>
    public static void Send(Socket through, byte mark, int descriptor)
    {
        var vector = new IoVector { Base = &mark, Length = 1 };
        var control = new Control { Length = LengthOfOne, Level = LevelSocket, Type = Rights, Descriptor = descriptor };
        var message = new MessageHeader { Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = (nuint)sizeof(Control) };
        nint count;
        do count = LibC.SendMessage((int)through.SafeHandle.DangerousGetHandle(), &message, LinuxSockets.MessageNoSignal);
        while (count < 0 && LibC.LastError == Errno.EINTR);
        if (count != 1) throw Failure();
    }

    /// <summary>The next byte, and the descriptor beside it, closed on exec; -1 if there is none. The byte is zero at the end.</summary>
    /// <exception cref="SocketException">The time is over, or there was no room for a descriptor.</exception>
    public static (byte Mark, int Descriptor) Receive(Socket through)
    {
        byte mark = 0;
        var vector = new IoVector { Base = &mark, Length = 1 };
        var control = new Control { Descriptor = -1 };
        // Room for one and no more: the kernel closes what does not fit in, and says so. What would fit into the rest of the structure would stay open.
        var message = new MessageHeader { Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = LengthOfOne };
        nint count;
        // With a time limit the kernel does not go on by itself after a signal.
        do count = LibC.ReceiveMessage((int)through.SafeHandle.DangerousGetHandle(), &message, CloseOnExec);
        while (count < 0 && LibC.LastError == Errno.EINTR);
        if (count < 0) throw Failure();
        var hasOne = control is { Level: LevelSocket, Type: Rights } && control.Length == LengthOfOne;
        if ((message.Flags & IsCut) != 0)
        {
            if (hasOne) LinuxSockets.Close(control.Descriptor, reset: false);
            throw new SocketException((int)SocketError.TooManyOpenSockets, "A descriptor that was handed over was lost: this process may hold too few, or several came at once.");
        }
        return (count == 0 ? (byte)0 : mark, hasOne ? control.Descriptor : -1);
    }

    /// <summary>The next byte, beside which nothing should come: a descriptor that comes all the same is closed. Zero at the end.</summary>
    /// <exception cref="SocketException">The time is over.</exception>
    public static byte ReceiveMark(Socket through)
    {
        var (mark, descriptor) = Receive(through);
        if (descriptor >= 0) LinuxSockets.Close(descriptor, reset: false);
        return mark;
    }

    private static SocketException Failure()
    {
        var error = LibC.LastError;
        return new SocketException((int)Errno.ToSocketError(error), $"Handing sockets over failed: {Errno.Name(error)}, {Errno.Describe(error)}.");
    }
}
