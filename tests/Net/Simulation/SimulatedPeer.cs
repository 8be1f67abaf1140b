namespace FastCore.Net.Tests.Simulation;

/// <summary>
/// The far end of a simulated connection, with the two streams between. Bytes are not stored: each is a function of its
/// offset, checked when it passes.
/// </summary>
internal sealed class SimulatedPeer
{
    private readonly Random _random;
    private readonly FaultRates _rates;
    private readonly bool _finishesEarly;
    private readonly bool _reads;
    private int _actionsToReset;
    private int _actionsWithoutReading;

    public SimulatedPeer(Random random, FaultRates rates)
    {
        _random = random;
        _rates = rates;
        // Where little passes at a time, few bytes make as many steps as many do elsewhere.
        var most = Math.Min(100_000, 300L * Math.Min(rates.SendCapacity, Math.Min(rates.ReceiveCapacity, rates.BufferSize)));
        ToSend = random.Next(4) == 0 ? random.Next(3) : random.NextInt64(most);
        _finishesEarly = random.Next(2) == 0;
        _actionsToReset = random.Next(6) == 0 ? random.Next(200) : int.MaxValue;
        _reads = random.Next(8) != 0;
        _actionsWithoutReading = random.Next(3) == 0 ? random.Next(300) : 0;
    }

    public long ToSend { get; private set; }

    /// <summary>Bytes it has put on the wire, and of them those that the other side has read.</summary>
    public long Sent { get; private set; }
    public long Consumed { get; set; }

    /// <summary>Bytes the other side has sent, and of them those that it has read.</summary>
    public long Arrived { get; set; }
    public long Received { get; private set; }

    public bool HasFinished { get; private set; }
    public bool HasReset { get; private set; }

    // What the other side did.
    public bool OtherFinished { get; set; }
    public bool OtherReset { get; set; }
    public bool OtherClosed { get; set; }

    /// <summary>It behaves: whatever is sent to it in order it must get.</summary>
    public bool IsFaithful => _reads && !HasReset;

    public long Readable => Sent - Consumed;

    public int Writable => (int)(_rates.SendCapacity - (Arrived - Received));

    public bool SawTheEnd => OtherFinished && Received == Arrived;

    public bool IsDone => HasReset || OtherReset || HasFinished && OtherFinished && (!_reads || SawTheEnd);

    /// <summary>Does one thing that it can do now; false if there is none.</summary>
    public bool Act()
    {
        if (IsDone) return false;
        if (_actionsToReset-- <= 0)
        {
            HasReset = true;
            return true;
        }
        if (_actionsWithoutReading > 0) _actionsWithoutReading--;
        if (SawTheEnd)
        {
            ToSend = Sent;
            HasFinished = true;
            return true;
        }
        if (OtherClosed && Sent < ToSend)
        {
            // Nobody is there to take it: the answer is a reset.
            OtherReset = true;
            return true;
        }
        var window = Math.Min(_rates.ReceiveCapacity - Readable, ToSend - Sent);
        if (_random.Next(2) == 0 && window > 0)
        {
            Sent += Part(window);
            return true;
        }
        if (_reads && _actionsWithoutReading == 0 && Arrived > Received)
        {
            Received += Part(Arrived - Received);
            return true;
        }
        if (!HasFinished && Sent == ToSend && (_finishesEarly || !_reads || Received == ToSend))
        {
            HasFinished = true;
            return true;
        }
        if (window <= 0) return _actionsWithoutReading > 0;
        Sent += Part(window);
        return true;
    }

    public override string ToString() =>
        $"sent {Sent} of {ToSend} ({Consumed} consumed), received {Received} of {Arrived}{(_reads ? "" : ", reads nothing")}{(HasFinished ? ", finished" : "")}{(OtherFinished ? ", other finished" : "")}";

    private long Part(long most) => _random.Next(100) < _rates.ShortTransfer ? _random.NextInt64(1, most + 1) : most;
}
