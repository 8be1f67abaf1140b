using System.Net;
using FastCore.Net.Transport.Tables;

namespace FastCore.Net.Transport;

/// <summary>The states of a connection. Its permitted steps are in <see cref="ConnectionTable"/>.</summary>
internal enum ConnectionState : byte
{
    New,

    /// <summary>A connect is in flight.</summary>
    Opening,

    Open,

    /// <summary>Closing: what is queued still goes out, what comes in is thrown away.</summary>
    Draining,

    /// <summary>The peer has been told that no more comes; its own end is awaited.</summary>
    Lingering,

    /// <summary>Cancelled; waits for the last completion.</summary>
    Terminating,

    /// <summary>Its handle and slot are free.</summary>
    Closed,
}

// The transport's half of a connection. Only the reactor's thread touches it.
public abstract partial class Connection
{
    internal const long NoDeadline = long.MaxValue;

    internal Reactor? _reactor;
    internal int _handle = -1;

    // Names the connection in completion tags; valid from New's end to Closed.
    internal int _slot = -1;
    internal int _generation;

    // Throughout, fields are as small as what they hold: most connections are idle, and there are very many of them.

    // Submissions whose last completion has not come. The handle and the slot are freed only at zero.
    internal sbyte _inFlight;

    internal ConnectionState _state;

    // A CloseReason, and the errno of the failure or zero. Written by End alone.
    private byte _closeReason;
    private short _error;

    internal bool _wantsReceive;
    internal bool _receiveArmed;
    internal bool _sendInFlight;
    internal bool _peerFinished;

    // The peer is to be told that no more comes, although the connection stays open; and it has been.
    internal bool _sendEnds;
    internal bool _sendEnded;
    internal bool _isDirty;
    internal bool _isStarved;

    // It has received something since its receive was armed.
    internal bool _isFed;
    internal bool _resets;

    // What is to be sent; leased from the reactor while there is anything.
    internal SendQueue? _sendQueue;

    // Stands between the protocol and the transport; null for a plain connection.
    internal Tls.TlsLayer? _layer;

    // Next in the reactor's list of connections to flush.
    internal Connection? _nextDirty;

    // Owned by the timer wheel: its place, and the tick at which the connection is looked at.
    internal Connection? _wheelNext;
    internal Connection? _wheelPrevious;
    internal long _wheelTick = -1;

    // Milliseconds on the reactor's clock. Written by SetTimer and PassTimer alone.
    internal long _deadline = NoDeadline;

    // Bytes of the peer that are thrown away yet, once this side has ended.
    internal int _lingerBytesLeft;

    // Where it connects to or, once somebody has asked for it, where it comes from.
    internal EndPoint? _remote;

    // In the tables of connections, receives and sends, and in those of the protocol.
    internal Lives _lives;

    internal void SetTimer(long deadline)
    {
        if (Lives.AreWatched && (_deadline == NoDeadline) != (deadline == NoDeadline)) _lives.Step(deadline == NoDeadline ? TimerTable.Clear : TimerTable.Set);
        _deadline = deadline;
    }

    /// <summary>The deadline is past, and so there is none any more.</summary>
    internal void PassTimer()
    {
        if (Lives.AreWatched) _lives.Step(TimerTable.Pass);
        _deadline = NoDeadline;
    }

    internal void Enter(ConnectionState state)
    {
        if (Lives.AreWatched) _lives.Step(ConnectionTable.Step(_state, state), _closeReason);
        _state = state;
    }

    /// <summary>Notes why it ends, unless an earlier cause is known.</summary>
    internal void End(CloseReason reason, int error)
    {
        if (_closeReason != (byte)CloseReason.None) return;
        _closeReason = (byte)reason;
        _error = (short)error;
    }
}
