using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastCore.Net.Transport.Native;
using static FastCore.Net.Transport.Uring.UringConstants;

namespace FastCore.Net.Transport.Uring;

/// <summary>
/// The engine over io_uring: everything that moves bytes is a submission, and one io_uring_enter a turn submits them
/// all and waits. Accept and receive are armed once and complete many times (multishot); receive buffers come from a
/// ring shared with the kernel.
/// </summary>
/// <remarks>
/// Facts it is built on, each measured on Linux 6.18: a multishot may end at any completion, with or without data, and
/// only the missing MORE flag says so; close(2) does not end what is in flight, a cancel does; a cancelled submission
/// still completes on its own; overflowed completions come back on entering with GETEVENTS.
/// </remarks>
internal unsafe struct UringEngine : IEngine
{
    // The engine's own submissions: kind Internal, so the reactor never sees them.
    private const ulong WakeTag = 1;
    private const ulong CancelTag = 2;

    private readonly UringRing _ring;
    private readonly UringBufferRing _buffers;
    private readonly UringFeatures _features;
    private readonly ulong* _wakeValue;
    private readonly byte* _addresses;
    private readonly int _wakeDescriptor;
    private bool _wakeArmed;

    public UringEngine(UringRing ring, UringBufferRing buffers, UringFeatures features)
    {
        _ring = ring;
        _buffers = buffers;
        _features = features;
        _wakeDescriptor = LibC.EventDescriptor(0, LinuxSockets.CloseOnExec);
        if (_wakeDescriptor < 0) throw new TransportUnavailableException($"io_uring: eventfd failed with {Errno.Name(LibC.LastError)}.");
        _wakeValue = (ulong*)NativeMemory.AllocZeroed(sizeof(ulong));
        // One for each place in the submission queue: the kernel reads an address when its entry is submitted.
        _addresses = (byte*)NativeMemory.AllocZeroed(ring.SubmissionEntries, LinuxSockets.MaxAddressLength);
        ArmWake();
    }

    public readonly TransportKind Kind => TransportKind.IoUring;

    public readonly long Milliseconds => Environment.TickCount64;

    public readonly int OpenListener(IPEndPoint endPoint, int backlog, bool sharePort, out IPEndPoint bound) =>
        LinuxSockets.OpenListener(endPoint, backlog, sharePort, nonBlocking: false, out bound);

    public readonly int AdoptListener(Socket socket) => LinuxSockets.Duplicate(socket, nonBlocking: false);

    public readonly int OpenSocket(EndPoint remote) => LinuxSockets.Open(remote, nonBlocking: false);

    public readonly void Accept(ulong tag, int listener)
    {
        ref var entry = ref _ring.Prepare(UringOperation.Accept, listener, tag);
        entry.OperationFlags = LinuxSockets.CloseOnExec;
        if (_features.MultishotAccept) entry.IoPriority = AcceptMultishot;
    }

    public readonly void Connect(ulong tag, int handle, EndPoint remote)
    {
        ref var entry = ref _ring.Prepare(UringOperation.Connect, handle, tag);
        var address = _addresses + _ring.LastIndex * LinuxSockets.MaxAddressLength;
        entry.Address = (ulong)address;
        entry.Offset = (ulong)LinuxSockets.WriteAddress(remote, address);
    }

    public readonly void Receive(ulong tag, int handle)
    {
        ref var entry = ref _ring.Prepare(UringOperation.Receive, handle, tag);
        entry.Flags = EntryBufferSelect;
        entry.BufferGroup = UringBufferRing.Group;
        if (_features.MultishotReceive) entry.IoPriority = ReceiveMultishot;
    }

    public readonly void CancelReceive(ulong tag, int handle)
    {
        ref var entry = ref _ring.Prepare(UringOperation.Cancel, -1, CancelTag);
        entry.Address = tag;
        entry.Flags = EntrySkipSuccess;
    }

    public readonly int Send(ulong tag, int handle, byte* data, int length)
    {
        ref var entry = ref _ring.Prepare(UringOperation.Send, handle, tag);
        entry.Address = (ulong)data;
        entry.Length = (uint)length;
        entry.OperationFlags = LinuxSockets.MessageNoSignal;
        return IEngine.Pending;
    }

    public readonly int SendVector(ulong tag, int handle, MessageHeader* message)
    {
        ref var entry = ref _ring.Prepare(UringOperation.SendMessage, handle, tag);
        entry.Address = (ulong)message;
        entry.Length = 1;
        entry.OperationFlags = LinuxSockets.MessageNoSignal;
        return IEngine.Pending;
    }

    public readonly bool SendsFiles => true;

    /// <remarks>
    /// Not a submission: the kernel gives each splice to a thread of its own, which a slow peer would keep for as long as it is slow.
    /// Sending what there is room for is done at once here, and what is submitted is the wait for more room.
    /// </remarks>
    public readonly int SendFile(ulong tag, int handle, MessageHeader* head, int file, long offset, int length)
    {
        var result = FileTransfer.Send(handle, waits: true, head, file, offset, length);
        if (result != -Errno.EAGAIN) return result;
        ref var entry = ref _ring.Prepare(UringOperation.PollAdd, handle, CompletionTag.As(SubmissionKind.Room, tag));
        entry.OperationFlags = PollOut;
        return IEngine.Pending;
    }

    public readonly void CancelAll(int handle)
    {
        ref var entry = ref _ring.Prepare(UringOperation.Cancel, handle, CancelTag);
        entry.OperationFlags = CancelByDescriptor | CancelEvery;
        entry.Flags = EntrySkipSuccess;
    }

    public readonly void ShutdownSend(int handle) => LinuxSockets.ShutdownSend(handle);

    public readonly void Close(int handle, bool reset) => LinuxSockets.Close(handle, reset);

    public readonly IPEndPoint? RemoteEndPoint(int handle) => LinuxSockets.PeerName(handle);

    public readonly void Wait(int timeoutMilliseconds)
    {
        if (timeoutMilliseconds == 0)
        {
            Check(_ring.Enter(0, 0, null));
            return;
        }
        TimeSpecification time;
        var argument = new WaitArgument();
        if (timeoutMilliseconds > 0)
        {
            time = new TimeSpecification { Seconds = timeoutMilliseconds / 1000, Nanoseconds = timeoutMilliseconds % 1000 * 1_000_000L };
            argument.Timeout = &time;
        }
        Check(_ring.Enter(1, EnterExtendedArgument, &argument));
    }

    public bool TryTake(out Completion completion)
    {
        completion = default;
        while (_ring.TryTake(out var entry))
        {
            if (CompletionTag.Kind(entry.UserData) == SubmissionKind.Internal)
            {
                OnInternal(in entry);
                continue;
            }
            completion.Tag = entry.UserData;
            completion.Result = entry.Result;
            if (CompletionTag.Kind(entry.UserData) == SubmissionKind.Room)
            {
                completion.Tag = CompletionTag.As(SubmissionKind.Send, entry.UserData);
                // There is room, or an error that shows when it is used.
                if (entry.Result >= 0) completion.Result = -Errno.EAGAIN;
            }
            completion.More = (entry.Flags & CompletionHasMore) != 0;
            completion.Buffer = -1;
            if ((entry.Flags & CompletionHasBuffer) != 0)
            {
                completion.Buffer = (int)(entry.Flags >> CompletionBufferShift);
                completion.Data = _buffers[completion.Buffer];
            }
            return true;
        }
        return false;
    }

    public readonly void Recycle(in Completion completion) => _buffers.Recycle(completion.Buffer);

    public readonly void Wake()
    {
        ulong one = 1;
        // It can fail only by a full counter, and then the reactor is being woken already.
        _ = LibC.Write(_wakeDescriptor, &one, sizeof(ulong));
    }

    /// <summary>With nothing of the reactor's in flight. The kernel must be done with the wake-up's memory before it is freed.</summary>
    public void Dispose()
    {
        ref var entry = ref _ring.Prepare(UringOperation.Cancel, -1, CancelTag);
        entry.OperationFlags = CancelAny | CancelEvery;
        entry.Flags = EntrySkipSuccess;
        var isClosing = _wakeArmed;
        while (isClosing)
        {
            Check(_ring.Enter(1, 0, null));
            while (_ring.TryTake(out var completion)) isClosing &= completion.UserData != WakeTag;
        }
        _ring.Dispose();
        _buffers.Dispose();
        LinuxSockets.Close(_wakeDescriptor, reset: false);
        NativeMemory.Free(_wakeValue);
        NativeMemory.Free(_addresses);
    }

    private void OnInternal(in CompletionEntry entry)
    {
        if (entry.UserData == WakeTag)
        {
            _wakeArmed = false;
            ArmWake();
            return;
        }
        // A cancel that found nothing (ENOENT) or came as the submission completed (EALREADY): the submission's own
        // completion says what became of it.
        Debug.Assert(entry.UserData == CancelTag, "Only wakes and cancels are the engine's own.");
    }

    private void ArmWake()
    {
        ref var entry = ref _ring.Prepare(UringOperation.Read, _wakeDescriptor, WakeTag);
        entry.Address = (ulong)_wakeValue;
        entry.Length = sizeof(ulong);
        _wakeArmed = true;
    }

    private static void Check(int error)
    {
        // A time-out, a signal, or a kernel short of memory for a moment: the loop comes round again.
        if (error is 0 or Errno.ETIME or Errno.EINTR or Errno.EAGAIN or Errno.EBUSY) return;
        throw new InvalidOperationException($"io_uring_enter failed with {Errno.Name(error)}: {Errno.Describe(error)}.");
    }
}
