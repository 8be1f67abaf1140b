using System.Net;
using FastCore.Net.Transport.Native;
using static FastCore.Net.Transport.Uring.UringConstants;

namespace FastCore.Net.Transport.Uring;

/// <summary>
/// Finds out which features the kernel has by using each: flags and version numbers promise less than a try shows,
/// since a distribution may carry a feature back or a filter may refuse it.
/// </summary>
internal static unsafe class UringProbe
{
    private const int Entries = 8;
    private const ulong AcceptTag = 1;
    private const ulong ReceiveTag = 2;
    private const string NoRing = "there is no ring to try it on";

    // Everything happens on loopback in this process, so an answer that is not there by then will never come.
    private const long AnswerSeconds = 1;

    public static IReadOnlyList<TransportFeature> Run()
    {
        var ring = UringRing.TryCreate(Entries, SetupSubmitAll, registerDescriptor: true, out var error);
        if (ring == null) return Describe(UringSetup.Explain(error), NoRing, NoRing, NoRing, NoRing);
        var buffers = UringBufferRing.TryCreate(ring, 2, 64, out error);
        try
        {
            var (accept, receive) = TryMultishot(ring, buffers);
            return Describe(null, buffers == null ? Explain(error) : null, ring.HasRegisteredDescriptor ? null : "the kernel refuses to register a ring", accept, receive);
        }
        finally
        {
            // The ring first: the buffers may be given back only when the kernel does not know them any more.
            ring.Dispose();
            buffers?.Dispose();
        }
    }

    private static TransportFeature[] Describe(string? setup, string? buffers, string? registered, string? accept, string? receive)
    {
        var features = new UringFeatures();
        return
        [
            new("io_uring_setup", "everything", "5.19", null, false, setup),
            new("IORING_REGISTER_PBUF_RING", "receive buffers that idle connections do not hold", "5.19", null, false, buffers),
            Feature("IORING_SETUP_DEFER_TASKRUN", "completions made when the reactor asks, not by interrupt", "6.1", "DEFER_TASKRUN", features.DeferTaskRun, setup == null ? TrySetup(SetupSingleIssuer | SetupDeferTaskRun) : NoRing),
            Feature("IORING_SETUP_NO_SQARRAY", "submissions without an index", "6.6", "NO_SQARRAY", features.NoSubmissionArray, setup == null ? TrySetup(SetupNoSubmissionArray) : NoRing),
            Feature("IORING_REGISTER_RING_FDS", "entering the kernel without looking the ring up", "5.18", "REGISTERED_RING", features.RegisteredRing, registered),
            Feature("IORING_ACCEPT_MULTISHOT", "one submission for all accepts", "5.19", "MULTISHOT_ACCEPT", features.MultishotAccept, accept),
            Feature("IORING_RECV_MULTISHOT", "one submission for all that a connection receives", "6.0", "MULTISHOT_RECV", features.MultishotReceive, receive),
        ];
    }

    private static TransportFeature Feature(string name, string use, string since, string variable, bool isOn, string? refusal) =>
        new(name, use, since, UringFeatures.SwitchPrefix + variable, !isOn, refusal);

    private static string? TrySetup(uint flags)
    {
        using var ring = UringRing.TryCreate(Entries, SetupSubmitAll | flags, registerDescriptor: false, out var error);
        return ring == null ? Explain(error) : null;
    }

    /// <summary>Accepts one connection and receives twice on it, each armed once; a multishot that still stands afterwards is one.</summary>
    private static (string? Accept, string? Receive) TryMultishot(UringRing ring, UringBufferRing? buffers)
    {
        var listener = LinuxSockets.OpenListener(new IPEndPoint(IPAddress.Loopback, 0), 1, sharePort: false, nonBlocking: false, out var bound);
        if (listener < 0) return (Explain(-listener), Explain(-listener));
        var client = LinuxSockets.Open(bound, nonBlocking: false);
        var server = -1;
        try
        {
            var address = stackalloc byte[LinuxSockets.MaxAddressLength];
            if (client < 0 || LibC.Connect(client, address, LinuxSockets.WriteAddress(bound, address)) != 0)
            {
                var refused = Explain(client < 0 ? -client : LibC.LastError);
                return (refused, refused);
            }
            ref var accept = ref ring.Prepare(UringOperation.Accept, listener, AcceptTag);
            accept.OperationFlags = LinuxSockets.CloseOnExec;
            accept.IoPriority = AcceptMultishot;
            var accepted = Await(ring, AcceptTag);
            if (accepted.Result < 0) return (Explain(-accepted.Result), "no connection could be accepted to try it on");
            server = accepted.Result;
            var acceptRefusal = HasMore(in accepted) ? null : "the accept had to be armed again";
            return (acceptRefusal, buffers == null ? "there are no buffers to receive into" : TryReceive(ring, client, server));
        }
        finally
        {
            if (server >= 0) LinuxSockets.Close(server, reset: true);
            if (client >= 0) LinuxSockets.Close(client, reset: true);
            LinuxSockets.Close(listener, reset: false);
        }
    }

    private static string? TryReceive(UringRing ring, int client, int server)
    {
        ref var receive = ref ring.Prepare(UringOperation.Receive, server, ReceiveTag);
        receive.Flags = EntryBufferSelect;
        receive.BufferGroup = UringBufferRing.Group;
        receive.IoPriority = ReceiveMultishot;
        byte one = 1;
        if (LibC.Send(client, &one, 1, LinuxSockets.MessageNoSignal) != 1) return Explain(LibC.LastError);
        var received = Await(ring, ReceiveTag);
        if (received.Result < 0) return Explain(-received.Result);
        return HasMore(in received) ? null : "the receive had to be armed again";
    }

    private static bool HasMore(in CompletionEntry completion) => (completion.Flags & CompletionHasMore) != 0;

    private static CompletionEntry Await(UringRing ring, ulong tag)
    {
        var time = new TimeSpecification { Seconds = AnswerSeconds };
        var argument = new WaitArgument { Timeout = &time };
        while (true)
        {
            while (ring.TryTake(out var completion))
            {
                if (completion.UserData == tag) return completion;
            }
            var error = ring.Enter(1, EnterExtendedArgument, &argument);
            if (error is not (0 or Errno.EINTR)) return new CompletionEntry { Result = -error };
        }
    }

    private static string Explain(int error) => $"refused with {Errno.Name(error)}: {Errno.Describe(error)}";
}
