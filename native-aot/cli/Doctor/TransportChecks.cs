using FastCore.Net.Transport;

namespace FastCore.Cli.Doctor;

/// <summary>What keeps io_uring from being used, feature by feature, and what would be used.</summary>
internal static class TransportChecks
{
    private const string AllowCalls = "allow io_uring_setup, io_uring_enter and io_uring_register: docker run --security-opt seccomp=PROFILE with these three added, or seccomp=unconfined to try";

    public static IEnumerable<Finding> Run()
    {
        var features = OperatingSystem.IsLinux() && Environment.Is64BitProcess ? TransportProbe.Uring() : [];
        var isRefused = features is [{ Refusal: not null }, ..];
        yield return Sysctl();
        yield return Seccomp(isRefused);
        foreach (var feature in features) yield return Feature(feature);
        yield return Epoll();
    }

    /// <summary>The transport that would be chosen, with the line that tells it.</summary>
    public static (TransportChoice? Choice, Finding Finding) Choice()
    {
        try
        {
            var choice = TransportSelector.Choose();
            var isFast = choice.Kind == TransportKind.IoUring;
            var forced = Environment.GetEnvironmentVariable(TransportSelector.EnvironmentVariable) is { Length: > 0 };
            return (choice, new Finding("transport", $"{TransportSelector.Name(choice.Kind)}: {choice.Reason}", "io_uring", isFast ? Verdict.Good : Verdict.Blocking,
                isFast ? null : forced ? $"unset {TransportSelector.EnvironmentVariable}" : "see what refuses io_uring above"));
        }
        catch (TransportUnavailableException refused)
        {
            return (null, new Finding("transport", refused.Message, "io_uring", Verdict.Blocking, $"unset {TransportSelector.EnvironmentVariable}, or name another in it"));
        }
    }

    private static Finding Sysctl()
    {
        const string Name = "kernel.io_uring_disabled";
        return ProcFile.Number("/proc/sys/kernel/io_uring_disabled") switch
        {
            null => new Finding(Name, "absent, so nothing is disabled by it", "0", Verdict.Good, null),
            0 => new Finding(Name, "0", "0", Verdict.Good, null),
            1 => new Finding(Name, "1: for privileged processes and the group of kernel.io_uring_group alone", "0", Verdict.Weak, "sysctl -w kernel.io_uring_disabled=0, or put the user into that group"),
            var other => new Finding(Name, $"{other}: for nobody", "0", Verdict.Blocking, "sysctl -w kernel.io_uring_disabled=0"),
        };
    }

    private static Finding Seccomp(bool isUringRefused)
    {
        var mode = ProcFile.Field("/proc/self/status", "Seccomp:");
        return mode switch
        {
            null or "0" => new Finding("seccomp", "no filter", "no filter, or one that allows io_uring", Verdict.Good, null),
            _ when !isUringRefused => new Finding("seccomp", $"mode {mode}, and io_uring is allowed", "no filter, or one that allows io_uring", Verdict.Good, null),
            _ => new Finding("seccomp", $"mode {mode}: a filter, which is what refuses io_uring in containers", "no filter, or one that allows io_uring", Verdict.Blocking, AllowCalls),
        };
    }

    private static Finding Feature(TransportFeature feature)
    {
        var wanted = $"Linux {feature.Since}: {feature.Use}";
        if (feature.Refusal is { } refusal)
        {
            return feature.Switch == null
                ? new Finding(feature.Name, refusal, wanted, Verdict.Blocking, $"Linux {feature.Since} or later, and no filter: {AllowCalls}")
                : new Finding(feature.Name, refusal, wanted, Verdict.Weak, $"Linux {feature.Since} or later; without it FastCore takes the longer way");
        }
        return feature.IsOff
            ? new Finding(feature.Name, $"there, but switched off by {feature.Switch}", wanted, Verdict.Weak, $"unset {feature.Switch}")
            : new Finding(feature.Name, feature.Switch == null ? "there" : $"there ({feature.Switch}=1 switches it off)", wanted, Verdict.Good, null);
    }

    private static Finding Epoll()
    {
        try
        {
            TransportSelector.Choose(TransportKind.Epoll);
            return new Finding("epoll", "there", "there, for where io_uring is refused", Verdict.Good, null);
        }
        catch (TransportUnavailableException refused)
        {
            return new Finding("epoll", refused.Message, "there, for where io_uring is refused", Verdict.Weak, "run on 64-bit Linux");
        }
    }
}
