using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Transport.Portable;

/// <summary>
/// The engine over the platform's sockets, through <c>Pipelines.Sockets.Unofficial</c>: it runs wherever .NET does, and
/// stands in where neither io_uring nor epoll can be had.
/// </summary>
/// <remarks>
/// Sockets complete on threads of the runtime. Those only put a <see cref="PortableSignal"/> into a queue and wake the
/// reactor; everything else, the state of every socket included, is touched on the reactor's thread alone. Handles are
/// indices of a table, used again only after they are closed.
/// </remarks>
internal readonly unsafe struct PortableEngine : IEngine
{
    private readonly PortableSignalQueue _signals;
    private readonly Queue<Completion> _done;
    private readonly List<PortableHandle?> _handles;
    private readonly Stack<int> _free;

    public PortableEngine()
    {
        _signals = new PortableSignalQueue();
        _done = new Queue<Completion>();
        _handles = [];
        _free = new Stack<int>();
    }

    public TransportKind Kind => TransportKind.Portable;

    public long Milliseconds => Environment.TickCount64;

    public int OpenListener(IPEndPoint endPoint, int backlog, bool sharePort, out IPEndPoint bound)
    {
        bound = endPoint;
        try
        {
            var socket = PortableListener.Open(endPoint, backlog, sharePort);
            bound = (IPEndPoint)socket.LocalEndPoint!;
            return Add(new PortableListener(socket, _signals, isOwner: true));
        }
        catch (SocketException failure)
        {
            return -Errno.FromSocketError(failure.SocketErrorCode);
        }
    }

    public int AdoptListener(Socket socket) => Add(new PortableListener(socket, _signals, isOwner: false));

    public int OpenSocket(EndPoint remote)
    {
        try
        {
            var socket = remote.AddressFamily == AddressFamily.Unix
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            return Add(new PortableSocket(socket, _signals));
        }
        catch (SocketException failure)
        {
            return -Errno.FromSocketError(failure.SocketErrorCode);
        }
    }

    public void Accept(ulong tag, int listener) => Listener(listener).Accept(tag);

    public void Connect(ulong tag, int handle, EndPoint remote) => Socket(handle).Connect(tag, remote);

    public void Receive(ulong tag, int handle) => Socket(handle).Receive(tag);

    public void CancelReceive(ulong tag, int handle) => Socket(handle).CancelReceive();

    public int Send(ulong tag, int handle, byte* data, int length)
    {
        var range = new IoVector { Base = data, Length = (nuint)length };
        return Socket(handle).Send(tag, &range, 1);
    }

    public int SendVector(ulong tag, int handle, MessageHeader* message) =>
        Socket(handle).Send(tag, message->Vectors, (int)message->VectorCount);

    public bool SendsFiles => false;

    public int SendFile(ulong tag, int handle, MessageHeader* head, int file, long offset, int length) =>
        throw new UnreachableException("The platform's sockets are not given files.");

    public void CancelAll(int handle) => _handles[handle]!.CancelAll();

    public void ShutdownSend(int handle) => Socket(handle).ShutdownSend();

    public void Close(int handle, bool reset)
    {
        _handles[handle]!.Close(reset);
        _handles[handle] = null;
        _free.Push(handle);
    }

    public IPEndPoint? RemoteEndPoint(int handle) => Socket(handle).RemoteEndPoint;

    public void Wait(int timeoutMilliseconds) => _signals.Wait(_done.Count > 0 ? 0 : timeoutMilliseconds);

    public bool TryTake(out Completion completion)
    {
        while (!_done.TryDequeue(out completion))
        {
            if (!_signals.TryTake(out var signal)) return false;
            signal.Handle.OnSignal(signal.Kind, in this);
        }
        return true;
    }

    public void Recycle(in Completion completion) => Socket(completion.Buffer).Recycle(in this);

    public void Wake() => _signals.Wake();

    public void Dispose()
    {
        Debug.Assert(_free.Count == _handles.Count, "Every handle is closed before the engine.");
        _signals.Dispose();
    }

    // What handles ask of the engine; on the reactor's thread.

    public int Add(PortableHandle handle)
    {
        if (_free.TryPop(out var index))
        {
            _handles[index] = handle;
        }
        else
        {
            index = _handles.Count;
            _handles.Add(handle);
        }
        handle.Index = index;
        return index;
    }

    public void Complete(in Completion completion) => _done.Enqueue(completion);

    private PortableListener Listener(int handle) => (PortableListener)_handles[handle]!;

    private PortableSocket Socket(int handle) => (PortableSocket)_handles[handle]!;
}
