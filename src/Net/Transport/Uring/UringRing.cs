using System.Diagnostics;
using FastCore.Net.Transport.Native;
using static FastCore.Net.Transport.Uring.UringConstants;

namespace FastCore.Net.Transport.Uring;

/// <summary>
/// One io_uring: its two queues in memory shared with the kernel, and the calls that move them (io_uring_setup(2),
/// io_uring_enter(2), io_uring_register(2)).
/// </summary>
/// <remarks>
/// Memory order. This side alone writes the submission tail and the completion head, each with release; it reads the
/// submission head and the completion tail with acquire. An entry is written before the tail that publishes it; a
/// completion is copied out before the head that frees its place. Only the thread that made the ring uses it.
/// </remarks>
internal sealed unsafe class UringRing : IDisposable
{
    private readonly int _descriptor;
    private readonly byte* _rings;
    private readonly nuint _ringsLength;
    private readonly SubmissionEntry* _entries;
    private readonly nuint _entriesLength;

    private readonly uint* _submissionHead;
    private readonly uint* _submissionTail;
    private readonly uint _submissionMask;
    private readonly uint* _completionHead;
    private readonly uint* _completionTail;
    private readonly uint _completionMask;
    private readonly CompletionEntry* _completions;

    // What io_uring_enter names the ring by: its descriptor, or its index in this thread's table of registered rings.
    private readonly int _enterDescriptor;
    private readonly uint _enterFlags;

    private uint _tail;
    private uint _head;

    private UringRing(int descriptor, in UringParameters parameters, bool registerDescriptor)
    {
        _descriptor = descriptor;
        Features = parameters.Features;
        SetupFlags = parameters.Flags;
        SubmissionEntries = parameters.SubmissionEntries;

        var submissionEnd = parameters.Submission.Array + parameters.SubmissionEntries * sizeof(uint);
        var completionEnd = parameters.Completion.Entries + parameters.CompletionEntries * (uint)sizeof(CompletionEntry);
        _ringsLength = Math.Max(submissionEnd, completionEnd);
        _rings = Map(_ringsLength, OffsetSubmissionRing);
        _entriesLength = parameters.SubmissionEntries * (nuint)sizeof(SubmissionEntry);
        _entries = (SubmissionEntry*)Map(_entriesLength, OffsetEntries);

        _submissionHead = (uint*)(_rings + parameters.Submission.Head);
        _submissionTail = (uint*)(_rings + parameters.Submission.Tail);
        _submissionMask = *(uint*)(_rings + parameters.Submission.RingMask);
        _completionHead = (uint*)(_rings + parameters.Completion.Head);
        _completionTail = (uint*)(_rings + parameters.Completion.Tail);
        _completionMask = *(uint*)(_rings + parameters.Completion.RingMask);
        _completions = (CompletionEntry*)(_rings + parameters.Completion.Entries);
        _tail = *_submissionTail;
        _head = *_completionHead;

        if ((SetupFlags & SetupNoSubmissionArray) == 0)
        {
            // Kernels before 6.6 go through an index array; the identity is all that is needed.
            var array = (uint*)(_rings + parameters.Submission.Array);
            for (uint i = 0; i < parameters.SubmissionEntries; i++) array[i] = i;
        }

        _enterDescriptor = descriptor;
        if (registerDescriptor)
        {
            var update = new ResourceUpdate { Offset = uint.MaxValue, Data = (ulong)descriptor };
            if (LibC.SystemCall(SystemCallRegister, descriptor, (nint)RegisterRingDescriptors, (nint)(&update), 1, 0, 0) == 1)
            {
                _enterDescriptor = (int)update.Offset;
                _enterFlags = EnterRegisteredRing;
            }
        }
    }

    public uint Features { get; }

    public uint SetupFlags { get; }

    public uint SubmissionEntries { get; }

    public bool HasRegisteredDescriptor => _enterFlags != 0;

    /// <summary>Sets up a ring; returns null and the errno if the kernel refuses.</summary>
    public static UringRing? TryCreate(int entries, uint flags, bool registerDescriptor, out int error)
    {
        var parameters = new UringParameters
        {
            Flags = flags | SetupCompletionSize | SetupClamp,
            CompletionEntries = (uint)entries * 4,
        };
        var descriptor = (int)LibC.SystemCall(SystemCallSetup, entries, (nint)(&parameters), 0, 0, 0, 0);
        error = descriptor < 0 ? LibC.LastError : 0;
        if (descriptor < 0) return null;
        if ((parameters.Features & FeatureSingleMap) == 0 || (parameters.Features & FeatureExtendedArgument) == 0 || (parameters.Features & FeatureNoDrop) == 0)
        {
            LinuxSockets.Close(descriptor, reset: false);
            error = Errno.ENOSYS;
            return null;
        }
        return new UringRing(descriptor, in parameters, registerDescriptor);
    }

    /// <summary>The next submission, cleared; submits what is queued when there is no room.</summary>
    public ref SubmissionEntry Prepare(UringOperation operation, int descriptor, ulong tag)
    {
        while (_tail - Volatile.Read(ref *_submissionHead) > _submissionMask) Enter(0, 0, null);
        ref var entry = ref _entries[_tail & _submissionMask];
        entry = default;
        entry.Operation = operation;
        entry.Descriptor = descriptor;
        entry.UserData = tag;
        _tail++;
        return ref entry;
    }

    /// <summary>The place in the submission queue of the entry last prepared.</summary>
    public uint LastIndex => (_tail - 1) & _submissionMask;

    /// <summary>Submits what is queued and waits for <paramref name="minimum"/> completions. Returns 0 or an errno (ETIME, EINTR and the like).</summary>
    public int Enter(uint minimum, uint extraFlags, WaitArgument* argument)
    {
        Volatile.Write(ref *_submissionTail, _tail);
        var submit = _tail - Volatile.Read(ref *_submissionHead);
        // Always with GETEVENTS: it is what runs deferred work and brings overflowed completions back.
        var flags = _enterFlags | EnterGetEvents | extraFlags;
        var result = LibC.SystemCall(SystemCallEnter, _enterDescriptor, (nint)submit, (nint)minimum, (nint)flags, (nint)argument, argument == null ? 0 : sizeof(WaitArgument));
        return result < 0 ? LibC.LastError : 0;
    }

    public bool TryTake(out CompletionEntry completion)
    {
        if (_head == Volatile.Read(ref *_completionTail))
        {
            completion = default;
            return false;
        }
        completion = _completions[_head & _completionMask];
        _head++;
        Volatile.Write(ref *_completionHead, _head);
        return true;
    }

    public int Register(uint operation, void* argument, uint count) =>
        (int)LibC.SystemCall(SystemCallRegister, _descriptor, (nint)operation, (nint)argument, (nint)count, 0, 0) < 0 ? LibC.LastError : 0;

    public void Dispose()
    {
        _ = LibC.Unmap(_entries, _entriesLength);
        _ = LibC.Unmap(_rings, _ringsLength);
        LinuxSockets.Close(_descriptor, reset: false);
    }

    private byte* Map(nuint length, nint offset)
    {
        const int ReadWrite = 3, SharedPopulate = 0x8001;
        var address = LibC.Map(null, length, ReadWrite, SharedPopulate, _descriptor, offset);
        if ((nint)address != -1) return (byte*)address;
        var error = LibC.LastError;
        Debug.Assert(error != 0, "A failed mmap sets errno.");
        throw new TransportUnavailableException($"io_uring: mmap of the ring failed with {Errno.Name(error)}.");
    }
}
