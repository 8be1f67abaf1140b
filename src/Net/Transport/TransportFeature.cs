namespace FastCore.Net.Transport;

/// <summary>A feature of the kernel that a transport uses, as found on this machine.</summary>
/// <param name="Name">As the kernel's manual names it.</param>
/// <param name="Use">What the transport uses it for.</param>
/// <param name="Since">The Linux version that brought it.</param>
/// <param name="Switch">The environment variable that switches it off, or null where the transport can't do without.</param>
/// <param name="IsOff">Whether that variable switches it off now.</param>
/// <param name="Refusal">Why the kernel does not offer it; null if it does.</param>
public sealed record TransportFeature(string Name, string Use, string Since, string? Switch, bool IsOff, string? Refusal)
{
    /// <summary>Whether the transport will use it.</summary>
    public bool IsUsed => Refusal == null && !IsOff;
}
