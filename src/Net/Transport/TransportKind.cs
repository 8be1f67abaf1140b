namespace FastCore.Net.Transport;

/// <summary>The engines a <see cref="Reactor"/> can run on.</summary>
public enum TransportKind
{
    /// <summary>Linux io_uring, by direct system calls.</summary>
    IoUring,

    /// <summary>Linux epoll, edge-triggered.</summary>
    Epoll,

    /// <summary>The platform's sockets through <c>Pipelines.Sockets.Unofficial</c>; works wherever .NET does.</summary>
    Portable,
}
