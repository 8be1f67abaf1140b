using System.Runtime.InteropServices;

namespace FastCore.Net.Transport.Uring;

// The kernel's own layout and numbers (include/uapi/linux/io_uring.h), as far as the engine uses them.

/// <summary>struct io_uring_sqe: one submission.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct SubmissionEntry
{
    public UringOperation Operation;
    public byte Flags;
    public ushort IoPriority;
    public int Descriptor;
    public ulong Offset;
    public ulong Address;
    public uint Length;
    public uint OperationFlags;
    public ulong UserData;
    public ushort BufferGroup;
    public ushort Personality;
    public int FileIndex;
    public ulong Address3;
    public ulong Padding;
}

/// <summary>struct io_uring_cqe: one completion.</summary>
internal struct CompletionEntry
{
    public ulong UserData;
    public int Result;
    public uint Flags;
}

/// <summary>struct io_uring_params.</summary>
internal unsafe struct UringParameters
{
    public uint SubmissionEntries;
    public uint CompletionEntries;
    public uint Flags;
    public uint ThreadCpu;
    public uint ThreadIdle;
    public uint Features;
    public uint WorkQueueDescriptor;
    public fixed uint Reserved[3];
    public SubmissionOffsets Submission;
    public CompletionOffsets Completion;
}

/// <summary>struct io_sqring_offsets.</summary>
internal struct SubmissionOffsets
{
    public uint Head, Tail, RingMask, RingEntries, Flags, Dropped, Array, Reserved;
    public ulong UserAddress;
}

/// <summary>struct io_cqring_offsets.</summary>
internal struct CompletionOffsets
{
    public uint Head, Tail, RingMask, RingEntries, Overflow, Entries, Flags, Reserved;
    public ulong UserAddress;
}

/// <summary>struct io_uring_getevents_arg.</summary>
internal unsafe struct WaitArgument
{
    public ulong SignalMask;
    public uint SignalMaskSize;
    public uint MinimumWaitMicroseconds;
    public TimeSpecification* Timeout;
}

/// <summary>struct __kernel_timespec.</summary>
internal struct TimeSpecification
{
    public long Seconds;
    public long Nanoseconds;
}

/// <summary>struct io_uring_buf_reg.</summary>
internal unsafe struct BufferRingRegistration
{
    public ulong RingAddress;
    public uint RingEntries;
    public ushort Group;
    public ushort Flags;
    public fixed ulong Reserved[3];
}

/// <summary>struct io_uring_buf; the ring's tail lies in the first one's last field.</summary>
internal struct BufferRingEntry
{
    public ulong Address;
    public uint Length;
    public ushort Buffer;
    public ushort Tail;
}

/// <summary>struct io_uring_rsrc_update.</summary>
internal struct ResourceUpdate
{
    public uint Offset;
    public uint Reserved;
    public ulong Data;
}

internal enum UringOperation : byte
{
    PollAdd = 6,
    SendMessage = 9,
    Accept = 13,
    Cancel = 14,
    Connect = 16,
    Read = 22,
    Send = 26,
    Receive = 27,
}

internal static class UringConstants
{
    public const int SystemCallSetup = 425;
    public const int SystemCallEnter = 426;
    public const int SystemCallRegister = 427;

    public const uint SetupCompletionSize = 1 << 3;
    public const uint SetupClamp = 1 << 4;
    public const uint SetupSubmitAll = 1 << 7;
    public const uint SetupSingleIssuer = 1 << 12;
    public const uint SetupDeferTaskRun = 1 << 13;
    public const uint SetupNoSubmissionArray = 1 << 16;

    public const uint FeatureSingleMap = 1 << 0;
    public const uint FeatureNoDrop = 1 << 1;
    public const uint FeatureExtendedArgument = 1 << 8;

    public const uint EnterGetEvents = 1 << 0;
    public const uint EnterExtendedArgument = 1 << 3;
    public const uint EnterRegisteredRing = 1 << 4;

    public const uint RegisterRingDescriptors = 20;
    public const uint RegisterBufferRing = 22;

    public const byte EntryBufferSelect = 1 << 5;
    public const byte EntrySkipSuccess = 1 << 6;

    public const ushort AcceptMultishot = 1 << 0;
    public const ushort ReceiveMultishot = 1 << 1;

    public const uint CancelEvery = 1 << 0;
    public const uint CancelByDescriptor = 1 << 1;
    public const uint CancelAny = 1 << 2;

    // Of poll(2).
    public const uint PollOut = 0x4;

    public const uint CompletionHasBuffer = 1 << 0;
    public const uint CompletionHasMore = 1 << 1;
    public const int CompletionBufferShift = 16;

    public const nint OffsetSubmissionRing = 0;
    public const nint OffsetEntries = 0x1000_0000;
}
