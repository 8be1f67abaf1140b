using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Tests.Simulation;

/// <summary>A handle of the simulated kernel: a listener if it has no peer.</summary>
internal sealed class SimulatedSocket(int handle, SimulatedPeer? peer)
{
    public readonly int Handle = handle;
    public readonly SimulatedPeer? Peer = peer;

    /// <summary>At most one of each kind, until its last completion has been taken.</summary>
    public readonly List<Submission> InFlight = [];

    public Submission? Find(SubmissionKind kind) => InFlight.Find(submission => submission.Kind == kind);
}

/// <summary>Something asked of the simulated kernel, and what has become of it so far.</summary>
internal sealed unsafe class Submission(ulong tag, SubmissionKind kind, SimulatedSocket socket)
{
    public readonly ulong Tag = tag;
    public readonly SubmissionKind Kind = kind;
    public readonly SimulatedSocket Socket = socket;

    /// <summary>Completions not delivered yet, in order.</summary>
    public readonly Queue<Completion> Results = new();

    public bool HasEnded;
    public bool IsCancelled;

    /// <summary>It sends nothing: it ends when there is room.</summary>
    public bool IsForRoom;

    // What a send names; read when it completes, as a kernel may.
    public byte* Data;
    public int Length;
    public MessageHeader* Message;

    public long Total
    {
        get
        {
            if (Message == null) return Length;
            var total = 0L;
            for (nuint i = 0; i < Message->VectorCount; i++) total += (long)Message->Vectors[i].Length;
            return total;
        }
    }
}
