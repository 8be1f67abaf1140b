using System.Diagnostics;
using System.Net.Security;
using System.Security.Authentication;

namespace FastCore.Net.Transport.Tls;

// The handshake. A signature takes as long as a thousand records, so it is made on the thread pool, as many at a time as the gate lets in, and the
// reactor goes on with its other connections.
//
// Invariant: the stream and what it stands on (_stream, _cipher, _hasBegun, _isOver, _failure) are one thread's at a time: the reactor's while
// _isAway is false; from the moment a step enters the gate, the step's; and the reactor's again when the work that a step posts at its end has
// begun. Gate and mailbox are locked, so each sees all that the one before has written. A step ends where the stream waits for bytes that have not
// come, or where the handshake is over. What comes meanwhile waits in _arrived, which is the reactor's. If the connection ends meanwhile, a step
// whose turn has not come is withdrawn, so that a dead connection holds neither a place nor bytes; of one that runs, whoever gets it back lets go of the stream.
internal sealed partial class TlsLayer : IThreadPoolWorkItem
{
    // Above this much that has come while a step is away nothing more is received until it is back. A larger flight, with a long chain of certificates,
    // takes more than one step. With the largest piece that epoll receives (64 KiB) on top it is no array of the large object heap.
    private const int MaxArrived = 16 * 1024;

    private readonly HandshakeGate _gate;

    // Begins the handshake.
    private readonly Func<SslStream, Task> _begin;

    private ByteBacklog _arrived;
    private bool _inputEnded;
    private bool _isHeldBack;
    private bool _isAway;

    // Where the step that is away waits for its turn, if it had to; the reactor's.
    private LinkedListNode<IThreadPoolWorkItem>? _place;

    private bool _hasBegun;
    private bool _isOver;
    private Exception? _failure;
    private bool _isFreed;

    /// <summary>Bytes for the handshake. On the reactor.</summary>
    private void Arrive(ReadOnlySpan<byte> data)
    {
        _arrived.Append(data, UnpooledArrays.Instance);
        if (!_isAway)
        {
            GoOn();
        }
        else if (_arrived.Length > MaxArrived && !_isHeldBack)
        {
            _isHeldBack = true;
            _connection.PauseReceive();
        }
    }

    private void EndArrival()
    {
        _inputEnded = true;
        if (!_isAway) GoOn();
    }

    /// <summary>The next step, with what has come.</summary>
    private void GoOn()
    {
        _cipher.LayIn(_arrived.Bytes, _inputEnded);
        ReleaseArrived();
        GoAway();
    }

    private void GoAway()
    {
        Debug.Assert(!_isAway && !_isOver, "A handshake takes one step at a time, until it is over.");
        _isAway = true;
        _place = _gate.Enter(this, _hasBegun);
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_isDisposed)
        {
            StepEnded();
        }
        else if (_hasBegun)
        {
            _cipher.Continue();
        }
        else
        {
            _hasBegun = true;
            _ = HandshakeAsync();
        }
    }

    private async Task HandshakeAsync()
    {
        _gate.Began();
        try
        {
            await _begin(_stream).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _failure = failure;
        }
        _gate.Ended();
        // Let go of, it ends because its stream has.
        if (_isFreed) return;
        _isOver = true;
        StepEnded();
    }

    private void StepEnded()
    {
        _gate.Leave();
        // A reactor that has stopped has ended the connection before.
        if (!_connection.Reactor.TryPost(static layer => ((TlsLayer)layer!).ComeBack(), this)) Free();
    }

    private void ComeBack()
    {
        _isAway = false;
        _place = null;
        if (_isDisposed)
        {
            Free();
            return;
        }
        _cipher.SendWritten();
        if (_isOver) EndHandshake();
        // One that closes is sent nothing more, so nothing is computed for it.
        else if (_connection.CanWrite && (_arrived.Length > 0 || _inputEnded)) GoOn();
    }

    private void EndHandshake()
    {
        if (_failure is AuthenticationException or IOException or ObjectDisposedException or NotSupportedException)
        {
            // The platform asks for no certificate when it can't read the peer's first message, and then misses it: not supported.
            Refuse(_failure);
        }
        else if (_failure != null)
        {
            Fail(_failure, "TLS");
        }
        else if (_connection.CanWrite)
        {
            _cipher.EndHandshake(_arrays);
            _cipher.Feed(_arrived.Bytes);
            ReleaseArrived();
            if (_inputEnded) _cipher.FinishInput();
            _isSecured = true;
            WithoutContext(() => _ = RunAsync());
        }
    }

    private void ReleaseArrived()
    {
        _arrived.Clear(UnpooledArrays.Instance);
        if (!_isHeldBack) return;
        _isHeldBack = false;
        _connection.ResumeReceive();
    }

    /// <summary>Lets go of the stream. By whoever has it, when the connection has ended.</summary>
    private void Free()
    {
        Debug.Assert(_isDisposed && !_isFreed, "The stream is let go of once, and nobody else has it.");
        _isFreed = true;
        // Ends the read that waits, and with it RunAsync, which gives its array back.
        if (_connection.Reactor.IsCurrent) WithoutContext(DisposeStreams);
        else DisposeStreams();
    }

    private void DisposeStreams()
    {
        _cipher.Dispose();
        _stream.Dispose();
    }
}
