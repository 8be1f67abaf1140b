using FastCore.Net.Tests.Transport;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Simulation;

/// <summary>The protocol that a simulation runs: an echo that pauses, closes, aborts and fails as the seed has it.</summary>
internal sealed class SimulatedConnection : Connection
{
    private readonly SimulatedKernel _kernel;
    private readonly EchoProtocol _protocol;
    private readonly Random _random;
    private readonly SimulatedPeer _peer;
    private readonly long _closesAfter;
    private readonly long _abortsAfter;
    private readonly long _throwsAfter;
    private readonly int _pauses;
    private bool _isOpened;
    private bool _isClosed;
    private bool _closedByItself;

    // It was told to send what is not there, and ends before that.
    private bool _isCut;
    private long _received;
    private long _written;

    public SimulatedConnection(EchoProtocol protocol, SimulatedKernel kernel, Random random, SimulatedPeer peer)
    {
        _protocol = protocol;
        _kernel = kernel;
        _random = random;
        _peer = peer;
        _closesAfter = OneIn(4);
        _abortsAfter = OneIn(10);
        _throwsAfter = OneIn(10);
        _pauses = random.Next(2) == 0 ? 0 : random.Next(60);

        long OneIn(int chances) => random.Next(chances) == 0 ? random.NextInt64(peer.ToSend + 1) : long.MaxValue;
    }

    protected internal override void OnOpened()
    {
        if (_isOpened) _kernel.Fail("OnOpened came twice.");
        _isOpened = true;
        if (_random.Next(10) == 0) PauseFor(_random.Next(100));
        if (_random.Next(10) == 0) _protocol.Connect();
        EndIfDue();
    }

    protected internal override void OnReceived(ReadOnlySpan<byte> data)
    {
        if (!_isOpened || _isClosed) _kernel.Fail("OnReceived came outside the connection's life.");
        try
        {
            Pattern.Verify(data, _received);
        }
        catch (InvalidDataException wrong)
        {
            _kernel.Fail($"Wrong bytes received: {wrong.Message}");
        }
        _received += data.Length;
        _written += data.Length;
        switch (_random.Next(3))
        {
            case 0:
                Write(data);
                break;
            case 1:
                Write(data.ToArray().AsMemory());
                break;
            default:
                // Beyond the file's end it is as one that has become shorter.
                if (_random.Next(300) == 0) WriteMissing(data.Length);
                else if (_written <= PatternFile.Length) WriteFile(_written - data.Length, data.Length);
                else Write(data);
                break;
        }
        if (_random.Next(100) < _pauses) Pause();
        EndIfDue();
    }

    private void WriteMissing(int length)
    {
        _isCut = true;
        WriteFile(PatternFile.Length, length);
    }

    private void WriteFile(long offset, int length)
    {
        PatternFile.Opened.TryHold();
        Write(PatternFile.Opened, offset, length);
    }

    protected internal override void OnDrained()
    {
        if (!_isOpened || _isClosed) _kernel.Fail("OnDrained came outside the connection's life.");
        if (QueuedBytes != 0) _kernel.Fail("OnDrained came with bytes queued.");
    }

    protected internal override void OnPeerFinished()
    {
        if (_received != _peer.Sent) _kernel.Fail($"The end came after {_received} of {_peer.Sent} bytes.");
        base.OnPeerFinished();
    }

    protected internal override void OnDeadline()
    {
        if (!_isOpened)
        {
            base.OnDeadline();
            return;
        }
        ResumeReceive();
    }

    protected internal override void OnClosed(CloseReason reason)
    {
        if (_isClosed) _kernel.Fail("OnClosed came twice.");
        _isClosed = true;
        _protocol.Closed(this);
    }

    /// <summary>What must hold when the far end is done: it got, in order, what was written, unless somebody broke off.</summary>
    public void Verify(bool strict)
    {
        if (!_isClosed) _kernel.Fail("A connection was never closed.");
        if (!strict || _isCut || !_peer.IsFaithful || CloseReason is not (CloseReason.Closed or CloseReason.PeerFinished)) return;
        if (_peer.Received != _written) _kernel.Fail($"The far end got {_peer.Received} of the {_written} bytes written, although the connection ended in order ({CloseReason}).");
        if (!_closedByItself && _written != _peer.ToSend) _kernel.Fail($"{_written} of {_peer.ToSend} bytes came back.");
    }

    private void Pause()
    {
        switch (_random.Next(3))
        {
            case 0:
                PauseReceive();
                ResumeReceive();
                break;
            case 1:
                PauseReceive();
                Reactor.Post(ResumeReceive);
                break;
            default:
                PauseFor(_random.Next(500));
                break;
        }
    }

    private void PauseFor(int milliseconds)
    {
        PauseReceive();
        SetDeadline(milliseconds);
    }

    private void EndIfDue()
    {
        if (_received >= _throwsAfter) throw new SimulatedFailure();
        if (_received >= _abortsAfter) Abort();
        if (_received < _closesAfter) return;
        _closedByItself = true;
        Close();
    }
}

/// <summary>What a simulated protocol throws; anything else that reaches OnError is a defect.</summary>
internal sealed class SimulatedFailure() : Exception("thrown by the simulated protocol");
