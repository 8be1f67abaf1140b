using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastCore.Net.Transport.Native;
using static FastCore.Net.Transport.Epoll.EpollEvents;

namespace FastCore.Net.Transport.Epoll;

/// <summary>
/// The engine over epoll(7), edge-triggered: a socket is registered once for both directions, reads happen when
/// completions are taken, sends when they are made.
/// </summary>
/// <remarks>
/// <para>Invariant: a descriptor whose last read filled the buffer, or whose event told of the peer's end, stays in
/// _ready; any other has been read empty since its last edge, so the next byte makes a new edge (epoll(7), Q&amp;A 9).</para>
/// <para>One receive buffer serves all: a completion borrows it until the next is taken.</para>
/// <para>Events carry the descriptor and the generation of its entry, so that one of an earlier file with the same
/// number is recognised.</para>
/// </remarks>
internal unsafe struct EpollEngine : IEngine
{
    private const int BufferSize = 64 * 1024;
    private const int MaxEvents = 256;
    private const int AcceptsPerTurn = 64;

    private const int Add = 1;
    private const int Delete = 2;

    // No descriptor has this number, so no event but the wake-up's carries it.
    private const ulong WakeMark = ulong.MaxValue;

    private struct Entry
    {
        public ulong ReceiveTag;
        public ulong SendTag;
        public uint Generation;
        public bool IsRegistered;
        public bool IsListener;
        public bool IsReceiving;
        public bool MayHaveData;
        public bool PeerEnded;
        public bool IsQueued;
        public bool SendWaits;
        public bool IsConnecting;
    }

    private readonly int _epoll;
    private readonly int _wakeDescriptor;
    private readonly byte* _buffer;
    private readonly EpollEvents _events = new(MaxEvents);
    private readonly Queue<int> _ready;
    private readonly Queue<Completion> _done;
    private Entry[] _entries;
    private int _acceptsLeft;
    private int _readsLeft;

    public EpollEngine()
    {
        _epoll = LibC.EpollCreate(LinuxSockets.CloseOnExec);
        if (_epoll < 0) throw new TransportUnavailableException($"epoll: epoll_create1 failed with {Errno.Name(LibC.LastError)}.");
        _wakeDescriptor = LibC.EventDescriptor(0, LinuxSockets.CloseOnExec | LinuxSockets.NonBlocking);
        if (_wakeDescriptor < 0)
        {
            var error = LibC.LastError;
            LinuxSockets.Close(_epoll, reset: false);
            throw new TransportUnavailableException($"epoll: eventfd failed with {Errno.Name(error)}.");
        }
        _buffer = (byte*)NativeMemory.AlignedAlloc(BufferSize, 64);
        _entries = new Entry[256];
        _ready = new Queue<int>();
        _done = new Queue<Completion>();
        if (LibC.EpollControl(_epoll, Add, _wakeDescriptor, _events.Interest(In | EdgeTriggered, WakeMark)) != 0)
            throw new TransportUnavailableException($"epoll: epoll_ctl failed with {Errno.Name(LibC.LastError)}.");
    }

    public readonly TransportKind Kind => TransportKind.Epoll;

    public readonly long Milliseconds => Environment.TickCount64;

    public readonly int OpenListener(IPEndPoint endPoint, int backlog, bool sharePort, out IPEndPoint bound) =>
        LinuxSockets.OpenListener(endPoint, backlog, sharePort, nonBlocking: true, out bound);

    public readonly int AdoptListener(Socket socket) => LinuxSockets.Duplicate(socket, nonBlocking: true);

    public readonly int OpenSocket(EndPoint remote) => LinuxSockets.Open(remote, nonBlocking: true);

    public void Accept(ulong tag, int listener)
    {
        ref var entry = ref Find(listener);
        entry.IsListener = true;
        Arm(ref entry, tag, listener);
    }

    public void Connect(ulong tag, int handle, EndPoint remote)
    {
        ref var entry = ref Find(handle);
        var error = Register(ref entry, handle);
        if (error == 0)
        {
            var address = stackalloc byte[LinuxSockets.MaxAddressLength];
            var length = LinuxSockets.WriteAddress(remote, address);
            error = LibC.Connect(handle, address, length) == 0 ? 0 : LibC.LastError;
        }
        if (error == Errno.EINPROGRESS)
        {
            entry.IsConnecting = true;
            entry.SendTag = tag;
        }
        else
        {
            Complete(tag, -error);
        }
    }

    public void Receive(ulong tag, int handle)
    {
        ref var entry = ref Find(handle);
        Arm(ref entry, tag, handle);
    }

    public void CancelReceive(ulong tag, int handle) => CancelReceive(ref Find(handle));

    public int Send(ulong tag, int handle, byte* data, int length) =>
        Sent(tag, handle, LibC.Send(handle, data, (nuint)length, LinuxSockets.MessageNoSignal | LinuxSockets.MessageDontWait));

    public int SendVector(ulong tag, int handle, MessageHeader* message) =>
        Sent(tag, handle, LibC.SendMessage(handle, message, LinuxSockets.MessageNoSignal | LinuxSockets.MessageDontWait));

    public readonly bool SendsFiles => true;

    public int SendFile(ulong tag, int handle, MessageHeader* head, int file, long offset, int length)
    {
        var result = FileTransfer.Send(handle, waits: false, head, file, offset, length);
        return result == -Errno.EAGAIN ? AwaitRoom(tag, handle) : result;
    }

    public void CancelAll(int handle)
    {
        ref var entry = ref Find(handle);
        CancelReceive(ref entry);
        if (!entry.SendWaits && !entry.IsConnecting) return;
        entry.SendWaits = entry.IsConnecting = false;
        Complete(entry.SendTag, -Errno.ECANCELED);
    }

    public readonly void ShutdownSend(int handle) => LinuxSockets.ShutdownSend(handle);

    public void Close(int handle, bool reset)
    {
        // An accepted descriptor that was refused at once may lie beyond the table.
        if (handle < _entries.Length)
        {
            ref var entry = ref _entries[handle];
            Debug.Assert(!entry.IsReceiving && !entry.SendWaits && !entry.IsConnecting, "A handle is closed with nothing in flight.");
            // What is known by other descriptors too, here or in another process, does not leave the set with this one.
            if (entry is { IsListener: true, IsRegistered: true }) _ = LibC.EpollControl(_epoll, Delete, handle, null);
            // It may still stand in _ready: taking it finds that nothing receives there.
            entry = new Entry { Generation = entry.Generation + 1, IsQueued = entry.IsQueued };
        }
        LinuxSockets.Close(handle, reset);
    }

    public readonly IPEndPoint? RemoteEndPoint(int handle) => LinuxSockets.PeerName(handle);

    public void Wait(int timeoutMilliseconds)
    {
        _acceptsLeft = AcceptsPerTurn;
        var timeout = _ready.Count > 0 || _done.Count > 0 ? 0 : timeoutMilliseconds;
        var count = LibC.EpollWait(_epoll, _events.Address, _events.Count, timeout);
        if (count < 0)
        {
            var error = LibC.LastError;
            if (error == Errno.EINTR) return;
            throw new InvalidOperationException($"epoll_wait failed with {Errno.Name(error)}: {Errno.Describe(error)}.");
        }
        for (var i = 0; i < count; i++)
        {
            if (_events.Data(i) == WakeMark) TakeWake();
            else OnEvent(_events.Happened(i), (int)(uint)_events.Data(i), (uint)(_events.Data(i) >> 32));
        }
        // Those left over from the last turn are read once each, like those that just came.
        _readsLeft = _ready.Count;
    }

    public bool TryTake(out Completion completion)
    {
        if (_done.TryDequeue(out completion)) return true;
        while (_readsLeft > 0)
        {
            _readsLeft--;
            var descriptor = _ready.Dequeue();
            ref var entry = ref _entries[descriptor];
            entry.IsQueued = false;
            if (!entry.IsReceiving || !entry.MayHaveData) continue;
            if (entry.IsListener ? TakeConnection(ref entry, descriptor, out completion) : TakeData(ref entry, descriptor, out completion)) return true;
        }
        completion = default;
        return false;
    }

    public readonly void Recycle(in Completion completion) { }

    public readonly void Wake()
    {
        ulong one = 1;
        // It can fail only by a full counter, and then the reactor is being woken already.
        _ = LibC.Write(_wakeDescriptor, &one, sizeof(ulong));
    }

    public readonly void Dispose()
    {
        LinuxSockets.Close(_epoll, reset: false);
        LinuxSockets.Close(_wakeDescriptor, reset: false);
        NativeMemory.AlignedFree(_buffer);
        _events.Free();
    }

    private bool TakeData(ref Entry entry, int descriptor, out Completion completion)
    {
        completion = new Completion { Tag = entry.ReceiveTag, Buffer = -1, More = true };
        var count = LibC.Receive(descriptor, _buffer, BufferSize, LinuxSockets.MessageDontWait);
        if (count > 0)
        {
            completion.Data = _buffer;
            completion.Result = (int)count;
            if (count == BufferSize || entry.PeerEnded) Enqueue(ref entry, descriptor);
            else entry.MayHaveData = false;
            return true;
        }
        var error = count == 0 ? 0 : LibC.LastError;
        if (error is Errno.EAGAIN)
        {
            entry.MayHaveData = false;
            return false;
        }
        if (error is Errno.EINTR)
        {
            Enqueue(ref entry, descriptor);
            return false;
        }
        entry.IsReceiving = false;
        completion.Result = -error;
        completion.More = false;
        return true;
    }

    private bool TakeConnection(ref Entry entry, int listener, out Completion completion)
    {
        completion = new Completion { Tag = entry.ReceiveTag, Buffer = -1, More = true };
        if (_acceptsLeft-- <= 0)
        {
            Enqueue(ref entry, listener);
            return false;
        }
        var descriptor = LibC.Accept(listener, null, null, LinuxSockets.CloseOnExec | LinuxSockets.NonBlocking);
        if (descriptor >= 0)
        {
            Enqueue(ref entry, listener);
            _readsLeft++;
            completion.Result = descriptor;
            return true;
        }
        var error = LibC.LastError;
        if (error == Errno.EAGAIN)
        {
            entry.MayHaveData = false;
            return false;
        }
        // MayHaveData stays: the one that could not be accepted makes no new edge, so accepting again tries at once.
        entry.IsReceiving = false;
        completion.Result = -error;
        completion.More = false;
        return true;
    }

    private readonly void OnEvent(uint happened, int descriptor, uint generation)
    {
        ref var entry = ref _entries[descriptor];
        if (entry.Generation != generation || !entry.IsRegistered) return;
        if ((happened & (Out | Error | HangUp)) != 0)
        {
            if (entry.IsConnecting)
            {
                entry.IsConnecting = false;
                Complete(entry.SendTag, -LinuxSockets.TakeError(descriptor));
            }
            else if (entry.SendWaits)
            {
                entry.SendWaits = false;
                Complete(entry.SendTag, -Errno.EAGAIN);
            }
        }
        if ((happened & (In | Error | HangUp | PeerHangUp)) == 0) return;
        if ((happened & (Error | HangUp | PeerHangUp)) != 0) entry.PeerEnded = true;
        entry.MayHaveData = true;
        if (entry.IsReceiving) Enqueue(ref entry, descriptor);
    }

    private void Arm(ref Entry entry, ulong tag, int descriptor)
    {
        Debug.Assert(!entry.IsReceiving, "One receive is armed at most.");
        var error = Register(ref entry, descriptor);
        if (error != 0)
        {
            Complete(tag, -error);
            return;
        }
        entry.ReceiveTag = tag;
        entry.IsReceiving = true;
        if (entry.MayHaveData) Enqueue(ref entry, descriptor);
    }

    private void CancelReceive(ref Entry entry)
    {
        if (!entry.IsReceiving) return;
        entry.IsReceiving = false;
        Complete(entry.ReceiveTag, -Errno.ECANCELED);
    }

    private int Sent(ulong tag, int handle, nint result)
    {
        if (result >= 0) return (int)result;
        var error = LibC.LastError;
        return error == Errno.EAGAIN ? AwaitRoom(tag, handle) : -error;
    }

    private int AwaitRoom(ulong tag, int handle)
    {
        ref var entry = ref Find(handle);
        // One that was paused before it ever received is not registered yet; adding it tells what is true already.
        var error = Register(ref entry, handle);
        if (error != 0) return -error;
        entry.SendWaits = true;
        entry.SendTag = tag;
        return IEngine.Pending;
    }

    private int Register(ref Entry entry, int descriptor)
    {
        if (entry.IsRegistered) return 0;
        var events = In | EdgeTriggered | (entry.IsListener ? 0 : Out | PeerHangUp);
        if (LibC.EpollControl(_epoll, Add, descriptor, _events.Interest(events, (ulong)entry.Generation << 32 | (uint)descriptor)) != 0) return LibC.LastError;
        entry.IsRegistered = true;
        return 0;
    }

    private readonly void Enqueue(ref Entry entry, int descriptor)
    {
        if (entry.IsQueued) return;
        entry.IsQueued = true;
        _ready.Enqueue(descriptor);
    }

    private readonly void Complete(ulong tag, int result) => _done.Enqueue(new Completion { Tag = tag, Result = result, Buffer = -1 });

    private ref Entry Find(int descriptor)
    {
        if (descriptor >= _entries.Length) Array.Resize(ref _entries, Math.Max(descriptor + 1, _entries.Length * 2));
        return ref _entries[descriptor];
    }

    private readonly void TakeWake()
    {
        ulong count;
        // Edge-triggered: read so that the counter can't fill; what it held does not matter.
        _ = LibC.Read(_wakeDescriptor, &count, sizeof(ulong));
    }
}
