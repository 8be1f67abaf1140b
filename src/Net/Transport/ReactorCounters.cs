namespace FastCore.Net.Transport;

/// <summary>What a reactor holds and has done, as counted on its own thread. With nothing open, every "live" figure is zero.</summary>
/// <param name="Connections">Live connections, closing ones included.</param>
/// <param name="Listeners">Live listeners.</param>
/// <param name="InFlight">Submissions the kernel has not completed, the reactor's own wake-up read not counted.</param>
/// <param name="Timers">Connections linked into the timer wheel.</param>
/// <param name="SendBlocks">Native send blocks leased to connections.</param>
/// <param name="Pins">Caller's memory pinned for sending.</param>
/// <param name="Files">Parts of open files queued for sending.</param>
/// <param name="Copied">Bytes to be sent that were copied into send blocks, not sent from where they lay; over TLS, what was given to be encrypted.</param>
/// <param name="Accepted">Connections accepted since the start.</param>
/// <param name="AcceptFailures">Accepts that failed for want of a descriptor or of memory.</param>
/// <param name="Rejected">Connections closed at once because <see cref="ReactorOptions.MaxConnections"/> was reached.</param>
/// <param name="Received">Bytes received since the start; over TLS, as they came.</param>
/// <param name="Sent">Bytes the kernel took to be sent since the start; over TLS, as they go.</param>
/// <param name="Turns">Turns of the reactor's loop.</param>
/// <param name="BuffersExhausted">Times a receive ended because no receive buffer was free.</param>
/// <param name="StaleCompletions">Completions whose connection had ended; anything but zero is a defect of the engine.</param>
public readonly record struct ReactorCounters(
    int Connections,
    int Listeners,
    int InFlight,
    int Timers,
    int SendBlocks,
    int Pins,
    int Files,
    long Copied,
    long Accepted,
    long AcceptFailures,
    long Rejected,
    long Received,
    long Sent,
    long Turns,
    long BuffersExhausted,
    long StaleCompletions);
