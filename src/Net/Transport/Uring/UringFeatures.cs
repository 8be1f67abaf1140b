namespace FastCore.Net.Transport.Uring;

/// <summary>
/// The kernel features that the io_uring engine uses when it can, each with the environment variable that switches it
/// off: set it to anything but <c>0</c>.
/// </summary>
internal sealed record UringFeatures
{
    public const string SwitchPrefix = "FASTCORE_NO_URING_";

    public bool DeferTaskRun { get; init; } = IsOn("DEFER_TASKRUN");
    public bool NoSubmissionArray { get; init; } = IsOn("NO_SQARRAY");
    public bool RegisteredRing { get; init; } = IsOn("REGISTERED_RING");
    public bool MultishotAccept { get; init; } = IsOn("MULTISHOT_ACCEPT");
    public bool MultishotReceive { get; init; } = IsOn("MULTISHOT_RECV");

    private static bool IsOn(string name) => Environment.GetEnvironmentVariable(SwitchPrefix + name) is null or "" or "0";
}
