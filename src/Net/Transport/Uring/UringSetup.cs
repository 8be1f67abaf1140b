using System.Diagnostics;
using FastCore.Net.Transport.Native;
using static FastCore.Net.Transport.Uring.UringConstants;

namespace FastCore.Net.Transport.Uring;

/// <summary>
/// Sets up what the kernel allows: each feature that it refuses is left out, a refused size is halved, and what remains
/// is tried on a pair of sockets before it is trusted.
/// </summary>
internal static unsafe class UringSetup
{
    private const int SmallestRing = 32;

    // Ring memory of a process that just ended is given back some 25 ms later; until then the limit may look used up.
    private const int RetryMilliseconds = 100;

    /// <exception cref="TransportUnavailableException">io_uring can't be used here; the message says why.</exception>
    public static UringEngine Create(ReactorOptions options) => Create(options, new UringFeatures());

    /// <inheritdoc cref="Create(ReactorOptions)"/>
    public static UringEngine Create(ReactorOptions options, UringFeatures features)
    {
        var ring = CreateRing(options.SubmissionQueueSize, ref features);
        var buffers = UringBufferRing.TryCreate(ring, options.ReceiveBufferCount, options.ReceiveBufferSize, out var error);
        if (buffers == null)
        {
            ring.Dispose();
            throw new TransportUnavailableException($"io_uring: the kernel refuses a ring of receive buffers with {Errno.Name(error)}; it needs Linux 5.19 and, for each user, locked memory for it (ulimit -l).");
        }
        return new UringEngine(ring, buffers, features);
    }

    public static UringRing CreateRing(int entries, ref UringFeatures features)
    {
        var stopwatch = Stopwatch.StartNew();
        while (true)
        {
            var ring = UringRing.TryCreate(entries, Flags(features), features.RegisteredRing, out var error);
            if (ring != null)
            {
                features = features with { RegisteredRing = ring.HasRegisteredDescriptor };
                return ring;
            }
            switch (error)
            {
                case Errno.EINVAL when features.NoSubmissionArray:
                    features = features with { NoSubmissionArray = false };
                    break;
                case Errno.EINVAL when features.DeferTaskRun:
                    features = features with { DeferTaskRun = false };
                    break;
                case Errno.ENOMEM when entries > SmallestRing:
                    entries /= 2;
                    break;
                case Errno.ENOMEM when stopwatch.ElapsedMilliseconds < RetryMilliseconds:
                    Thread.Sleep(10);
                    break;
                default:
                    throw new TransportUnavailableException(Explain(error));
            }
        }
    }

    private static uint Flags(UringFeatures features)
    {
        var flags = SetupSubmitAll | SetupSingleIssuer;
        if (features.DeferTaskRun) flags |= SetupDeferTaskRun;
        if (features.NoSubmissionArray) flags |= SetupNoSubmissionArray;
        return flags;
    }

    public static string Explain(int error) => error switch
    {
        Errno.EPERM => "io_uring: refused with EPERM. A container's seccomp profile forbids it, or kernel.io_uring_disabled is set.",
        Errno.ENOSYS => "io_uring: the kernel has none, or one too old (ENOSYS); it needs Linux 5.19.",
        Errno.ENOMEM => "io_uring: this user's locked memory is used up (ENOMEM). Raise it with ulimit -l.",
        Errno.EINVAL => "io_uring: the kernel is too old (EINVAL); it needs Linux 6.0.",
        Errno.EMFILE => "io_uring: no descriptor is left (EMFILE). Raise the limit with ulimit -n.",
        _ => $"io_uring: refused with {Errno.Name(error)}: {Errno.Describe(error)}.",
    };
}
