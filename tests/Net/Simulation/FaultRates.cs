namespace FastCore.Net.Tests.Simulation;

/// <summary>
/// How hostile the simulated kernel of one seed is. Each rate is a chance in a hundred, drawn anew for each seed, so that
/// some seeds have one fault only and some have all at once (swarm testing).
/// </summary>
internal sealed record FaultRates
{
    public int ShortTransfer { get; private init; }
    public int LateCompletion { get; private init; }
    public int HeldTurn { get; private init; }
    public int ReceiveEndsWithData { get; private init; }
    public int ReceiveEndsWithout { get; private init; }
    public int SpuriousSendEnd { get; private init; }
    public int SendAtOnce { get; private init; }
    public int AcceptFails { get; private init; }
    public int AcceptEnds { get; private init; }
    public int ConnectFails { get; private init; }
    public int CancelIsOvertaken { get; private init; }
    public int ClockJumps { get; private init; }
    public int Buffers { get; private init; }
    public int BufferSize { get; private init; }
    public int SendCapacity { get; private init; }
    public int ReceiveCapacity { get; private init; }
    public int Peers { get; private init; }

    /// <summary>The number of waits after which the reactor is disposed of in the midst of things; zero: when all is done.</summary>
    public int StopAfterWaits { get; private init; }

    /// <summary>How many bytes a far end may have passed. Where little passes at a time, few bytes make as many steps as many do elsewhere.</summary>
    public long Budget => Math.Min(100_000, 300L * Math.Min(SendCapacity, Math.Min(ReceiveCapacity, BufferSize)));

    /// <summary>Whether far ends may reset, stall, or never read.</summary>
    public bool PeersMisbehave { get; private init; }

    /// <summary>A kernel and one far end without any fault, to find out what is right.</summary>
    public static FaultRates None { get; } = new()
    {
        Buffers = 16,
        BufferSize = 8192,
        SendCapacity = 65_536,
        ReceiveCapacity = 65_536,
        SendAtOnce = 100,
        Peers = 1,
    };

    /// <summary>The same with a clock that does not jump, for protocols in which a limit of time changes the answer.</summary>
    public FaultRates WithSteadyClock() => this with { ClockJumps = 0 };

    public static FaultRates Draw(Random random)
    {
        int Rate(int most) => random.Next(2) == 0 ? 0 : random.Next(1, most);
        int Size(int most) => 1 + random.Next(1 << random.Next(1, int.Log2(most) + 1));
        return new FaultRates
        {
            ShortTransfer = Rate(100),
            LateCompletion = Rate(90),
            HeldTurn = Rate(90),
            ReceiveEndsWithData = Rate(60),
            ReceiveEndsWithout = Rate(20),
            SpuriousSendEnd = Rate(20),
            SendAtOnce = random.Next(3) switch { 0 => 0, 1 => 100, _ => 50 },
            AcceptFails = Rate(60),
            AcceptEnds = Rate(60),
            ConnectFails = Rate(60),
            CancelIsOvertaken = Rate(100),
            ClockJumps = random.Next(4) == 0 ? random.Next(1, 10) : 0,
            Buffers = Size(16),
            BufferSize = 15 + Size(8192),
            SendCapacity = Size(65_536),
            ReceiveCapacity = Size(65_536),
            Peers = Size(24),
            PeersMisbehave = true,
            StopAfterWaits = random.Next(4) == 0 ? random.Next(1, 400) : 0,
        };
    }
}
