namespace FastCore.Net.Tests.Simulation;

/// <summary>
/// The far end of a simulated connection, with the two streams between. Bytes are not stored: what is sent comes out of
/// the script, and what is answered is compared with it as it passes.
/// </summary>
internal sealed class SimulatedPeer
{
    private readonly Random _random;
    private readonly FaultRates _rates;
    private readonly bool _finishesEarly;
    private readonly bool _reads;
    private int _actionsToReset;
    private int _actionsWithoutReading;

    public SimulatedPeer(Random random, FaultRates rates, IPeerScript script)
    {
        _random = random;
        _rates = rates;
        Script = script;
        ToSend = script.Length;
        _finishesEarly = random.Next(2) == 0;
        _actionsToReset = rates.PeersMisbehave && random.Next(6) == 0 ? random.Next(200) : int.MaxValue;
        _reads = !rates.PeersMisbehave || random.Next(8) != 0;
        _actionsWithoutReading = rates.PeersMisbehave && random.Next(3) == 0 ? random.Next(300) : 0;
    }

    /// <summary>What it says, and what it should be told.</summary>
    public IPeerScript Script { get; }

    /// <summary>Bytes that it means to send; fewer than its script has when it is told that no more is wanted.</summary>
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
        if (!HasFinished && Sent == ToSend && (_finishesEarly || !_reads || Received >= Script.AnswerLength))
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
