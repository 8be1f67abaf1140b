using System.Net;
using System.Runtime.CompilerServices;

namespace FastCore.Net.Transport;

/// <summary>
/// One end of a connection, over TCP or a Unix-domain socket, on a <see cref="Transport.Reactor"/>. Derive from it to give it a protocol: the object
/// holds the transport's state and yours together, so an idle connection costs one small object and no buffer.
/// </summary>
/// <remarks>
/// <para><b>Threads.</b> Everything here happens on the reactor's thread: callbacks are called on it, operations throw
/// <see cref="InvalidOperationException"/> on any other. From elsewhere use <see cref="Transport.Reactor.Post(Action)"/>.</para>
/// <para><b>Life.</b> <see cref="OnOpened"/>, then the other callbacks in any order, then <see cref="OnClosed"/> exactly
/// once and nothing after it. After that every operation does nothing.</para>
/// <para><b>Writes</b> made during a turn of the reactor leave together in one system call at its end.</para>
/// </remarks>
public abstract partial class Connection
{
    /// <summary>Below this, copying bytes into the send block costs less than naming them to the kernel one by one.</summary>
    public const int CopyThreshold = 1024;

    /// <summary>The reactor it lives on.</summary>
    /// <exception cref="InvalidOperationException">It has never been opened.</exception>
    public Reactor Reactor => _reactor ?? throw new InvalidOperationException("The connection has not been opened. Give it to Reactor.Listen or Reactor.Connect first.");

    /// <summary>Whether it is open in both directions, as far as this side knows. False while it closes.</summary>
    public bool IsOpen => _state == ConnectionState.Open;

    /// <summary>Why it ended; <see cref="CloseReason.None"/> before it does.</summary>
    public CloseReason CloseReason => (CloseReason)_closeReason;

    /// <summary>The errno of the failure that ended it, or zero.</summary>
    public int Error => _error;

    /// <summary>Bytes written that the kernel has not taken yet. Any thread may read it, as a hint.</summary>
    public long QueuedBytes => (_sendQueue?.Queued ?? 0) + (_layer?.Queued ?? 0);

    /// <summary>The peer's address; <see langword="null"/> once the connection has ended, and over a Unix-domain socket. Each time the same object: don't change it.</summary>
    public IPEndPoint? RemoteEndPoint
    {
        get
        {
            VerifyThread();
            return _handle < 0 ? null : Reactor.RemoteEndPoint(this);
        }
    }

    /// <summary>The connection can be used.</summary>
    protected internal virtual void OnOpened() { }

    /// <summary>Bytes from the peer, borrowed for the call: copy what must outlive it.</summary>
    protected internal abstract void OnReceived(ReadOnlySpan<byte> data);

    /// <summary>Everything written so far has been taken by the kernel.</summary>
    protected internal virtual void OnDrained() { }

    /// <summary>The handshake of the connection's TLS has ended, and it can be used.</summary>
    private protected virtual void OnSecured() { }

    /// <summary>The handshake has failed, or the peer has broken the rules of TLS later; the connection closes.</summary>
    private protected virtual void OnInsecure(Exception failure) { }

    internal void Secured() => OnSecured();

    internal void Insecure(Exception failure) => OnInsecure(failure);

    /// <summary>The peer will send no more. Unless overridden the connection is closed after what is queued.</summary>
    protected internal virtual void OnPeerFinished() => Close();

    /// <summary>The time set by <see cref="SetDeadline"/> has passed. Unless overridden the connection is aborted.</summary>
    protected internal virtual void OnDeadline() => Abort(CloseReason.DeadlinePassed);

    /// <summary>The connection has ended and holds nothing any more.</summary>
    protected internal virtual void OnClosed(CloseReason reason) { }

    /// <summary>Queues a copy of <paramref name="data"/>.</summary>
    /// <exception cref="InvalidOperationException">Not on the reactor's thread.</exception>
    public void Write(ReadOnlySpan<byte> data)
    {
        VerifyThread();
        if (!CanWrite) return;
        Output().Append(data);
        MarkDirty();
    }

    /// <summary>
    /// Queues <paramref name="data"/> where it lies: it is pinned and must not change until <see cref="OnDrained"/>.
    /// Less than <see cref="CopyThreshold"/> bytes are copied, which is cheaper.
    /// </summary>
    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public void Write(ReadOnlyMemory<byte> data)
    {
        VerifyThread();
        if (!CanWrite) return;
        if (data.Length < CopyThreshold) Output().Append(data.Span);
        else Output().AppendPinned(data);
        MarkDirty();
    }

    /// <summary>Queues the start of an array on the pinned heap and gives it away: <paramref name="owner"/> gets it back once it has been sent, or will never be.</summary>
    internal void Write(byte[] array, int length, IArrayOwner owner)
    {
        VerifyThread();
        if (!CanWrite || length == 0)
        {
            owner.Return(array);
            return;
        }
        Output().AppendOwned(array, length, owner);
        MarkDirty();
    }

    /// <summary>Whether parts of open files can be written: neither TLS nor an engine that can't send them stands between.</summary>
    internal bool SendsFiles => _layer == null && Reactor.SendsFiles;

    /// <summary>
    /// Queues a part of an open file, which goes from the page cache to the kernel's queue, and takes over a hold on it. If it turns
    /// out to be shorter, the connection is closed before what is missing. Who calls it has seen that <see cref="SendsFiles"/>.
    /// </summary>
    internal void Write(OpenFile file, long offset, int length)
    {
        VerifyThread();
        if (!CanWrite || length == 0)
        {
            file.Release();
            return;
        }
        Output().AppendFile(file, offset, length);
        MarkDirty();
    }

    /// <summary>Stops receiving, so that the peer is held back by TCP. Bytes already on their way may still arrive.</summary>
    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public void PauseReceive()
    {
        VerifyThread();
        if (_state != ConnectionState.Open || !_wantsReceive) return;
        _wantsReceive = false;
        if (_receiveArmed) Reactor.CancelReceive(this);
    }

    /// <summary>Receives again after <see cref="PauseReceive"/>.</summary>
    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public void ResumeReceive()
    {
        VerifyThread();
        if (_state != ConnectionState.Open || _wantsReceive || _peerFinished) return;
        _wantsReceive = true;
        if (!_receiveArmed) Reactor.ArmReceive(this);
    }

    /// <summary>Calls <see cref="OnDeadline"/> once, this many milliseconds from now (rounded up to the wheel's tick); replaces an earlier deadline.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    /// <exception cref="InvalidOperationException">Not on the reactor's thread.</exception>
    public void SetDeadline(int milliseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds);
        VerifyThread();
        if (_state is not (ConnectionState.Open or ConnectionState.Opening)) return;
        SetTimer(Reactor.Milliseconds + milliseconds);
        Reactor.ScheduleTimer(this);
    }

    /// <summary>Removes the deadline.</summary>
    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public void ClearDeadline()
    {
        VerifyThread();
        if (_state is ConnectionState.Open or ConnectionState.Opening) SetTimer(NoDeadline);
    }

    /// <summary>
    /// Ends the connection in order: sends what is queued, tells the peer that no more comes, waits a little for the
    /// peer's own end while throwing away what it still sends, and closes.
    /// </summary>
    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public void Close()
    {
        VerifyThread();
        if (_state == ConnectionState.Opening) Reactor.Terminate(this, CloseReason.Aborted, 0);
        else if (_state == ConnectionState.Open) Reactor.BeginClose(this);
    }

    /// <summary>Ends the connection at once. What is queued is dropped and the peer sees a reset.</summary>
    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public void Abort() => Abort(CloseReason.Aborted);

    /// <summary>Room for at least <paramref name="sizeHint"/> bytes in the send block; say with <see cref="Advance"/> how many were written.</summary>
    internal Span<byte> GetSpan(int sizeHint) => Output().GetSpan(sizeHint);

    /// <summary>Queues the first <paramref name="count"/> bytes of the last <see cref="GetSpan"/>.</summary>
    internal void Advance(int count)
    {
        Output().Advance(count);
        MarkDirty();
    }

    /// <summary>Tells the peer, behind what is queued, that no more comes; nothing may be written after it. What the peer sends is still received.</summary>
    internal void CompleteSend()
    {
        VerifyThread();
        if (!CanWrite || _sendEnds) return;
        _sendEnds = true;
        MarkDirty();
    }

    internal bool CanWrite
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _state == ConnectionState.Open;
    }

    internal void Abort(CloseReason reason)
    {
        VerifyThread();
        if (_state is not (ConnectionState.New or ConnectionState.Closed)) Reactor.Terminate(this, reason, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void VerifyThread()
    {
        if (_reactor is not { IsCurrent: true }) ThrowForeignThread();
    }

    private void ThrowForeignThread() =>
        throw new InvalidOperationException(_reactor is null
            ? "The connection has not been opened. Give it to Reactor.Listen or Reactor.Connect first."
            : "A connection may only be used on its reactor's thread. Use Reactor.Post to get there.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SendQueue Output() => _layer == null ? BareOutput() : _layer.Output();

    /// <summary>What goes to the kernel as it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal SendQueue BareOutput() => _sendQueue ??= Reactor.RentSendQueue();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void MarkDirty()
    {
        if (!_isDirty) Reactor.AddDirty(this);
    }
}
