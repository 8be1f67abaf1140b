using FastCore.Net.Transport.Epoll;
using FastCore.Net.Transport.Portable;
using FastCore.Net.Transport.Uring;

namespace FastCore.Net.Transport;

/// <summary>Which engine reactors run on, and why.</summary>
/// <param name="Kind">The engine.</param>
/// <param name="Reason">A sentence: forced by whom, or what refused the better ones.</param>
public sealed record TransportChoice(TransportKind Kind, string Reason);

/// <summary>Chooses the engine: what is asked for, else what the environment names, else the best that works.</summary>
public static class TransportSelector
{
    /// <summary>The environment variable that forces a transport: <c>io_uring</c>, <c>epoll</c> or <c>portable</c>.</summary>
    public const string EnvironmentVariable = "FASTCORE_TRANSPORT";

    /// <summary>The transport's name as users write it.</summary>
    public static string Name(TransportKind kind) => kind switch
    {
        TransportKind.IoUring => "io_uring",
        TransportKind.Epoll => "epoll",
        TransportKind.Portable => "portable",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such transport."),
    };

    /// <summary>The transport that <paramref name="name"/> names.</summary>
    public static bool TryParse(string? name, out TransportKind kind)
    {
        foreach (var candidate in Enum.GetValues<TransportKind>())
        {
            kind = candidate;
            if (string.Equals(name, Name(candidate), StringComparison.OrdinalIgnoreCase)) return true;
        }
        kind = default;
        return false;
    }

    /// <summary>Tries the engines and says which one would be used.</summary>
    /// <param name="forced">The one that is asked for, or null.</param>
    /// <exception cref="TransportUnavailableException">The one that is asked for can't run here, or the environment names one that does not exist.</exception>
    public static TransportChoice Choose(TransportKind? forced = null)
    {
        if (forced is { } wanted)
        {
            ThrowIfUnavailable(wanted, "asked for");
            return new TransportChoice(wanted, "asked for");
        }
        if (Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } named)
        {
            if (!TryParse(named, out var kind)) throw new TransportUnavailableException($"{EnvironmentVariable} is '{named}'. Give io_uring, epoll or portable.");
            ThrowIfUnavailable(kind, $"named by {EnvironmentVariable}");
            return new TransportChoice(kind, $"named by {EnvironmentVariable}");
        }
        if (WhyNotUring() is not { } whyNotUring) return new TransportChoice(TransportKind.IoUring, "the best that works here");
        return WhyNotEpoll() is not { } whyNotEpoll
            ? new TransportChoice(TransportKind.Epoll, whyNotUring)
            : new TransportChoice(TransportKind.Portable, $"{whyNotUring} {whyNotEpoll}");
    }

    internal static Reactor StartReactor(ReactorOptions options) => Choose(options.Transport).Kind switch
    {
        TransportKind.IoUring => ReactorCore<UringEngine>.Start(options, UringSetup.Create),
        TransportKind.Epoll => ReactorCore<EpollEngine>.Start(options, static _ => new EpollEngine()),
        TransportKind.Portable => ReactorCore<PortableEngine>.Start(options, static _ => new PortableEngine()),
        var other => throw new ArgumentOutOfRangeException(nameof(options), other, "There is no such transport."),
    };

    private static void ThrowIfUnavailable(TransportKind kind, string by)
    {
        var why = kind switch
        {
            TransportKind.IoUring => WhyNotUring(),
            TransportKind.Epoll => WhyNotEpoll(),
            _ => null,
        };
        if (why != null) throw new TransportUnavailableException($"The transport {Name(kind)} was {by}, but it can't run here. {why}");
    }

    private static string? WhyNotUring()
    {
        if (!IsLinux64) return "io_uring: it exists on 64-bit Linux only.";
        try
        {
            using var engine = UringSetup.Create(new ReactorOptions { SubmissionQueueSize = 32, ReceiveBufferCount = 2, ReceiveBufferSize = 64 });
            return null;
        }
        catch (TransportUnavailableException refused)
        {
            return refused.Message;
        }
    }

    private static string? WhyNotEpoll() => IsLinux64 ? null : "epoll: it exists on Linux only, and this engine speaks its 64-bit form.";

    private static bool IsLinux64 => OperatingSystem.IsLinux() && Environment.Is64BitProcess;
}
