using FastCore.Net.Transport.Epoll;
using FastCore.Net.Transport.Portable;
using FastCore.Net.Transport.Uring;

namespace FastCore.Net.Transport;

/// <summary>Which engine reactors run on, and why.</summary>
/// <param name="Kind">The engine.</param>
/// <param name="Reason">A sentence: forced by whom, or what refused the better ones.</param>
public sealed record TransportChoice(TransportKind Kind, string Reason)
{
    /// <summary>Somebody named it, so that no other will do.</summary>
    internal bool IsForced { get; init; }
}

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
            return new TransportChoice(wanted, "asked for") { IsForced = true };
        }
        if (Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } named)
        {
            if (!TryParse(named, out var kind)) throw new TransportUnavailableException($"{EnvironmentVariable} is '{named}'. Give io_uring, epoll or portable.");
            ThrowIfUnavailable(kind, $"named by {EnvironmentVariable}");
            return new TransportChoice(kind, $"named by {EnvironmentVariable}") { IsForced = true };
        }
        return WhyNotUring() is { } why ? WithoutUring(why) : new TransportChoice(TransportKind.IoUring, "the best that works here");
    }

    /// <summary>Starts a reactor for each of the options, all on one engine.</summary>
    /// <remarks>
    /// The try that <see cref="Choose"/> makes is a small one, and succeeds where reactors of full size are refused: ring
    /// memory is counted for all processes of a user. So a refusal leads to the next engine, unless this one was forced.
    /// </remarks>
    /// <param name="options">What each is started with; which transport they name does not matter.</param>
    /// <param name="forced">The engine that is asked for, or null.</param>
    internal static (Reactor[] Reactors, TransportChoice Choice) Start(IReadOnlyList<ReactorOptions> options, TransportKind? forced)
    {
        foreach (var one in options) one.Validate();
        var choice = Choose(forced);
        while (true)
        {
            var reactors = new List<Reactor>();
            try
            {
                foreach (var one in options) reactors.Add(Start(choice.Kind, one));
                return ([.. reactors], choice);
            }
            catch (Exception failure)
            {
                foreach (var reactor in reactors) reactor.Dispose();
                if (choice.IsForced || choice.Kind == TransportKind.Portable || failure is not TransportUnavailableException) throw;
                choice = choice.Kind == TransportKind.IoUring
                    ? WithoutUring(failure.Message)
                    : new TransportChoice(TransportKind.Portable, $"{choice.Reason} {failure.Message}");
            }
        }
    }

    private static Reactor Start(TransportKind kind, ReactorOptions options) => kind switch
    {
        TransportKind.IoUring => ReactorCore<UringEngine>.Start(options, UringSetup.Create),
        TransportKind.Epoll => ReactorCore<EpollEngine>.Start(options, static _ => new EpollEngine()),
        TransportKind.Portable => ReactorCore<PortableEngine>.Start(options, static _ => new PortableEngine()),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such transport."),
    };

    private static TransportChoice WithoutUring(string whyNotUring) => WhyNotEpoll() is { } whyNotEpoll
        ? new TransportChoice(TransportKind.Portable, $"{whyNotUring} {whyNotEpoll}")
        : new TransportChoice(TransportKind.Epoll, whyNotUring);

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
