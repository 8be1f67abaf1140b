namespace FastCore.Net.Transport;

/// <summary>What a <see cref="Reactor"/> is started with. Read once at the start; later changes have no effect.</summary>
public sealed record ReactorOptions
{
    /// <summary>Which engine to use; <see langword="null"/> takes the environment's choice or the best that works (<see cref="TransportSelector"/>).</summary>
    public TransportKind? Transport { get; init; }

    /// <summary>The processor to run on, by its number; <see langword="null"/> leaves that to the system.</summary>
    public int? Cpu { get; init; }

    /// <summary>The thread's name, for debuggers and <c>top -H</c>.</summary>
    public string Name { get; init; } = "fastcore";

    /// <summary>Receive buffers shared by all connections of the reactor; a power of two from 2 to 32 768.</summary>
    public int ReceiveBufferCount { get; init; } = 512;

    /// <summary>Bytes in each receive buffer, from 16 to 1 MiB.</summary>
    public int ReceiveBufferSize { get; init; } = 4096;

    /// <summary>Entries of io_uring's submission queue; a power of two from 8 to 32 768. The completion queue holds four times as many.</summary>
    public int SubmissionQueueSize { get; init; } = 1024;

    /// <summary>How long a peer may take nothing of what is queued for it before it is cut off.</summary>
    public TimeSpan SendStallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Bytes a second that a peer must take of what is queued for it, on average over <see cref="MinSendGrace"/> or, if it is longer,
    /// <see cref="SendStallTimeout"/>; slower, it is cut off. Zero: any byte in a <see cref="SendStallTimeout"/> is enough.
    /// </summary>
    public double MinSendRate { get; init; }

    /// <summary>How long, at least, a send may wait for its peer, if it would have to be faster by <see cref="MinSendRate"/>.</summary>
    public TimeSpan MinSendGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a closed connection waits for the peer's end, so that the last bytes sent are not destroyed by a reset (RFC 9112 §9.6).</summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How many bytes of a peer are read and thrown away while a connection lingers.</summary>
    public long LingerBytes { get; init; } = 4 << 20;

    /// <summary>Connections a reactor holds at once; beyond it the newest is closed at once. At most 16 777 215.</summary>
    public int MaxConnections { get; init; } = 1_000_000;

    /// <summary>Called on the reactor's thread with what a callback threw or what failed in the engine, and a sentence saying where.</summary>
    public Action<Exception, string>? OnError { get; init; }

    internal void Validate()
    {
        if (ReceiveBufferCount is < 2 or > 32_768 || !int.IsPow2(ReceiveBufferCount))
            throw new ArgumentOutOfRangeException(nameof(ReceiveBufferCount), ReceiveBufferCount, "Give a power of two from 2 to 32768.");
        if (ReceiveBufferSize is < 16 or > 1 << 20)
            throw new ArgumentOutOfRangeException(nameof(ReceiveBufferSize), ReceiveBufferSize, "Give a size from 16 bytes to 1 MiB.");
        if (SubmissionQueueSize is < 8 or > 32_768 || !int.IsPow2(SubmissionQueueSize))
            throw new ArgumentOutOfRangeException(nameof(SubmissionQueueSize), SubmissionQueueSize, "Give a power of two from 8 to 32768.");
        if (SendStallTimeout <= TimeSpan.Zero || SendStallTimeout.TotalMilliseconds > int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(SendStallTimeout), SendStallTimeout, "Give a positive time of at most 24 days.");
        if (MinSendRate is not (>= 0 and <= 1e12))
            throw new ArgumentOutOfRangeException(nameof(MinSendRate), MinSendRate, "Give from 0 to 1e12 bytes a second.");
        if (MinSendGrace <= TimeSpan.Zero || MinSendGrace.TotalMilliseconds > int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(MinSendGrace), MinSendGrace, "Give a positive time of at most 24 days.");
        if (LingerTimeout < TimeSpan.Zero || LingerTimeout.TotalMilliseconds > int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(LingerTimeout), LingerTimeout, "Give zero or a positive time of at most 24 days.");
        if (LingerBytes < 0)
            throw new ArgumentOutOfRangeException(nameof(LingerBytes), LingerBytes, "Give zero or more.");
        if (MaxConnections is < 1 or > 0xFF_FFFF)
            throw new ArgumentOutOfRangeException(nameof(MaxConnections), MaxConnections, "Give from 1 to 16777215.");
        if (Cpu is < 0 or >= 1024)
            throw new ArgumentOutOfRangeException(nameof(Cpu), Cpu, "Give a processor's number, from 0.");
    }
}
