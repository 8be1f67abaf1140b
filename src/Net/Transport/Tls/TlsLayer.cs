using System.Net.Security;
using System.Security.Authentication;

namespace FastCore.Net.Transport.Tls;

/// <summary>
/// TLS between a protocol and its connection, by the platform's <see cref="SslStream"/>: what the peer sends is decrypted
/// before the protocol sees it, and what the protocol writes is encrypted when the reactor is about to send it. On the
/// reactor's thread, but for the steps of the handshake, which compute on the thread pool.
/// </summary>
/// <remarks>
/// <para>After the handshake everything in it runs inside the reactor's callbacks: <see cref="CipherStream"/> completes the stream's reads where the
/// bytes arrive and takes its writes at once, so no call waits and none goes to another thread. For that the stream's own
/// work must see no synchronization context: a task's continuation is not run inline where there is one. The protocol's
/// callbacks do see the reactor's.</para>
/// <para>The protocol is given decrypted bytes in an array on the pinned heap that is lent for the call, as a receive buffer
/// is. Between two calls it holds an array only while a record has come in part; an idle connection waits for its first
/// byte with none.</para>
/// </remarks>
internal sealed partial class TlsLayer : IDisposable
{
    // The largest record's plaintext (RFC 8446 §5.1).
    private const int RecordSize = 16 * 1024;

    // Above this much ciphertext that the kernel has not taken nothing more is encrypted.
    private const int MaxCipher = 256 * 1024;

    private readonly Connection _connection;
    private readonly IArrayOwner _arrays;
    private readonly CipherStream _cipher;
    private readonly SslStream _stream;

    // What the protocol has written; leased while there is anything.
    private SendQueue? _plain;
    private bool _isSecured;
    private bool _isShutDown;

    // Written on the reactor; a step of the handshake looks at it as a hint.
    private volatile bool _isDisposed;

    private readonly SynchronizationContext? _context = SynchronizationContext.Current;

    private TlsLayer(Connection connection, IArrayOwner arrays, HandshakeGate gate, Func<SslStream, Task> begin)
    {
        _connection = connection;
        _arrays = arrays;
        _gate = gate;
        _begin = begin;
        _cipher = new CipherStream(connection) { Waits = StepEnded };
        _stream = new SslStream(_cipher, leaveInnerStreamOpen: true);
        connection._layer = this;
    }

    /// <summary>Bytes the protocol has written and that are not encrypted yet. Any thread may read it, as a hint.</summary>
    public long Queued => _plain?.Queued ?? 0;

    /// <summary>Answers the peer's handshake, once it begins. When the connection has been opened and before it is used.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="arrays">Whose arrays are lent to the protocol, and hold what has come in part.</param>
    /// <param name="gate">Lets the handshake compute.</param>
    /// <param name="options">Chooses the certificate, on a thread of the pool.</param>
    public static void StartServer(Connection connection, IArrayOwner arrays, HandshakeGate gate, ServerOptionsSelectionCallback options) =>
        _ = new TlsLayer(connection, arrays, gate, stream => stream.AuthenticateAsServerAsync(options, null));

    /// <summary>Begins the handshake. When the connection has been opened and before it is used.</summary>
    /// <inheritdoc cref="StartServer"/>
    public static void StartClient(Connection connection, IArrayOwner arrays, HandshakeGate gate, SslClientAuthenticationOptions options) =>
        new TlsLayer(connection, arrays, gate, stream => stream.AuthenticateAsClientAsync(options)).GoAway();

    /// <summary>Where the protocol writes.</summary>
    public SendQueue Output() => _plain ??= _connection.Reactor.RentSendQueue();

    public void Receive(ReadOnlySpan<byte> data)
    {
        if (!_isSecured)
        {
            Arrive(data);
            return;
        }
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            _cipher.Feed(data);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(_context);
        }
    }

    public void PeerFinished()
    {
        if (_isSecured) WithoutContext(_cipher.FinishInput);
        else EndArrival();
    }

    /// <summary>Encrypts what the protocol has written. With <paramref name="isLast"/> the peer is told that no more comes (RFC 8446 §6.1).</summary>
    public void Flush(bool isLast)
    {
        if (!_isSecured) return;
        while (_plain is { Queued: > 0 } plain && _connection.BareOutput().Queued < MaxCipher)
        {
            var next = plain.First;
            if (next.Length > RecordSize) next = next[..RecordSize];
            _cipher.IsFlushing = true;
            _stream.Write(next);
            _cipher.IsFlushing = false;
            plain.Sent(next.Length);
        }
        if (Queued > 0) return;
        ReturnPlain();
        if (!isLast || _isShutDown) return;
        _isShutDown = true;
        // The alert is written before it returns: the stream below takes every write at once.
        _stream.ShutdownAsync().GetAwaiter().GetResult();
    }

    /// <summary>All that comes after the handshake.</summary>
    private async Task RunAsync()
    {
        try
        {
            Tell(static (connection, _) => connection.Secured(), default);
            while (_connection.CanWrite)
            {
                // The first waits without a buffer, the second is there at once unless a record has come in part.
                await _stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
                if (!await ReadAsync().ConfigureAwait(false)) return;
            }
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException or ObjectDisposedException)
        {
            Refuse(failure);
        }
        catch (Exception failure)
        {
            Fail(failure, "TLS");
        }
    }

    /// <summary>Gives the protocol the next decrypted bytes; false at their end.</summary>
    private async Task<bool> ReadAsync()
    {
        var array = _arrays.Rent(RecordSize);
        try
        {
            var count = await _stream.ReadAsync(array).ConfigureAwait(false);
            if (!_connection.CanWrite) return false;
            if (count > 0) Tell(static (connection, data) => connection.OnReceived(data.Span), array.AsMemory(0, count));
            else Tell(static (connection, _) => connection.OnPeerFinished(), default);
            return count > 0;
        }
        finally
        {
            _arrays.Return(array);
        }
    }

    private void Tell(Action<Connection, Memory<byte>> callback, Memory<byte> data)
    {
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            callback(_connection, data);
        }
        catch (Exception failure)
        {
            Fail(failure, "callback under TLS");
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    private void WithoutContext(Action work)
    {
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            work();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(_context);
        }
    }

    private void Fail(Exception failure, string where)
    {
        if (!_isDisposed && _connection.CanWrite) _connection.Reactor.Fail(_connection, failure, where);
    }

    /// <summary>Ends the connection once the alert that says why has been sent.</summary>
    private void Refuse(Exception failure)
    {
        if (_isDisposed || !_connection.CanWrite) return;
        _isShutDown = true;
        _connection.End(CloseReason.TlsFailed, 0);
        _connection.Close();
        _connection.Insecure(failure);
    }

    private void ReturnPlain()
    {
        if (_plain == null) return;
        _connection.Reactor.ReturnSendQueue(_plain);
        _plain = null;
    }

    /// <summary>The connection has ended.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        ReturnPlain();
        _arrived.Clear(UnpooledArrays.Instance);
        if (_place is { } place && _gate.TryWithdraw(place)) _isAway = false;
        if (!_isAway) Free();
    }
}
