using FastCore.Net.Transport.Uring;

namespace FastCore.Net.Transport;

/// <summary>Tries, one by one, the features of the kernel that the io_uring transport uses. For diagnosis: <c>fastcore doctor</c> prints it.</summary>
/// <remarks>Any thread may call it. It opens rings and a connection on loopback for the moment and leaves nothing open.</remarks>
public static class TransportProbe
{
    /// <summary>Every feature of the io_uring transport, the indispensable first. The environment's switches do not keep it from being tried.</summary>
    /// <exception cref="PlatformNotSupportedException">This is not 64-bit Linux.</exception>
    public static IReadOnlyList<TransportFeature> Uring()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess) throw new PlatformNotSupportedException("io_uring exists on 64-bit Linux only.");
        return UringProbe.Run();
    }
}
