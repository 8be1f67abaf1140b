using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Transport;

/// <summary>The transports that every transport test runs on.</summary>
internal static class Transports
{
    public static readonly TransportKind[] All = [TransportKind.IoUring, TransportKind.Epoll, TransportKind.Portable];

    /// <summary>Reports the present test as ignored, with the reason, where the transport can't run.</summary>
    public static void IgnoreUnlessAvailable(TransportKind kind)
    {
        try
        {
            TransportSelector.Choose(kind);
        }
        catch (TransportUnavailableException refused)
        {
            Assert.Ignore(refused.Message);
        }
    }
}
