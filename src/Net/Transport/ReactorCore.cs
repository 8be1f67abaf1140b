using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using FastCore.Net.Transport.Native;
using FastCore.Net.Transport.Tables;
using FastCore.Tracing;

namespace FastCore.Net.Transport;

/// <summary>
/// The reactor over one engine: life cycle and loop. The engine is a type parameter, so calling it costs nothing and the
/// tests run this same code over a simulated kernel.
/// </summary>
/// <remarks>
/// A turn: run what was posted, look at due timers, flush what was written, submit and wait in one system call, dispatch
/// completions. The other half (ReactorCore.Connections.cs) is what completions do to connections.
/// </remarks>
internal sealed partial class ReactorCore<TEngine> : Reactor where TEngine : struct, IEngine
{
    // Posted work is taken in portions, so that a flood of posts can't keep the kernel waiting.
    private const int MaxPostsPerTurn = 1024;
    private const int AcceptRetryMilliseconds = 50;
    private const int NoThread = -1;

    private readonly ReactorOptions _options;
    private readonly Mailbox _mailbox = new();
    private readonly SlotTable _slots = new();
    private readonly SendMemory _sendMemory = new(keep: 256);
    private readonly Stack<SendQueue> _sendQueues = new();
    private readonly List<Listener> _listeners = [];
    private readonly List<Connection> _ended = [];
    private readonly HttpDateClock _date;
    private readonly Thread _thread;
    private readonly int _stallMilliseconds;
    private readonly SendPace _pace;
    private readonly int _lingerMilliseconds;
    private readonly Action _wake;

    private TEngine _engine;
    private TimerWheel _wheel = null!;
    private Connection? _firstDirty;
    private Connection? _lastDirty;
    private readonly StarvedQueue _starved = new();
    private int _threadId = NoThread;
    private long _now;
    private bool _stopping;
    private int _inFlight;
    private int _connections;
    private long _accepted;
    private long _acceptFailures;
    private long _rejected;
    private long _received;
    private long _sent;
    private long _turns;
    private long _exhausted;
    private long _stale;

    private ReactorCore(ReactorOptions options, TimeProvider time)
    {
        _options = options;
        _date = new HttpDateClock(time);
        _stallMilliseconds = (int)options.SendStallTimeout.TotalMilliseconds;
        _pace = new SendPace(options.MinSendRate, (long)options.MinSendGrace.TotalMilliseconds, (long)Math.Max(options.MinSendGrace.TotalMilliseconds, options.SendStallTimeout.TotalMilliseconds));
        _lingerMilliseconds = (int)options.LingerTimeout.TotalMilliseconds;
        _wake = () => _engine.Wake();
        _thread = new Thread(Run) { IsBackground = true, Name = options.Name };
    }

    /// <summary>Starts a reactor whose engine is made on its own thread, as io_uring's single issuer must be.</summary>
    public static ReactorCore<TEngine> Start(ReactorOptions options, Func<ReactorOptions, TEngine> makeEngine, TimeProvider? time = null)
    {
        var reactor = new ReactorCore<TEngine>(options, time ?? TimeProvider.System);
        var start = new StartSignal(makeEngine);
        reactor._thread.Start(start);
        start.Ready.Wait();
        if (start.Failure != null) ExceptionDispatchInfo.Throw(start.Failure);
        return reactor;
    }

    private sealed class StartSignal(Func<ReactorOptions, TEngine> makeEngine)
    {
        public readonly Func<ReactorOptions, TEngine> MakeEngine = makeEngine;
        public readonly ManualResetEventSlim Ready = new();
        public Exception? Failure;
    }

    public override TransportKind Transport => _engine.Kind;

    public override bool IsCurrent => Environment.CurrentManagedThreadId == _threadId;

    public override long Milliseconds => _now;

    public override ReadOnlySpan<byte> HttpDate => _date.Text;

    public override ReactorCounters Counters => new(
        _connections, _listeners.Count, _inFlight, _wheel.Count, _sendMemory.Leased, _sendMemory.Pinned, _sendMemory.Files, _sendMemory.Copied,
        _accepted, _acceptFailures, _rejected, _received, _sent, _turns, _exhausted, _stale);

    public override bool TryPost(SendOrPostCallback work, object? state)
    {
        ArgumentNullException.ThrowIfNull(work);
        return _mailbox.TryPost(work, state, IsCurrent ? null : _wake);
    }

    public override void Dispose()
    {
        if (IsCurrent) throw new InvalidOperationException("A reactor can't wait for its own end. Dispose of it from another thread.");
        TryPost(_ => BeginStop(), null);
        _thread.Join();
    }

    private void Run(object? state)
    {
        var start = (StartSignal)state!;
        try
        {
            _threadId = Environment.CurrentManagedThreadId;
            if (_options.Cpu is { } cpu) LinuxThread.Pin(cpu);
            SynchronizationContext.SetSynchronizationContext(new ReactorSynchronizationContext(this));
            _engine = start.MakeEngine(_options);
            _now = _engine.Milliseconds;
            _wheel = new TimerWheel(_now);
            _date.Refresh(_now);
        }
        catch (Exception failure)
        {
            // The thread that starts the reactor rethrows it.
            _mailbox.Close();
            start.Failure = failure;
            start.Ready.Set();
            return;
        }
        start.Ready.Set();

        while (!HasEnded) Turn();
        _mailbox.Close();
        while (_mailbox.TryTake(out var item)) RunPosted(item.Work, item.State);

        foreach (var queue in _sendQueues) queue.Free();
        _sendMemory.Dispose();
        _engine.Dispose();
        // The runtime gives an ended thread's number to another.
        _threadId = NoThread;
    }

    private bool HasEnded => _stopping && _connections == 0 && _inFlight == 0;

    private void Turn()
    {
        _turns++;
        RunPosts();
        RunTimers();
        if (!_starved.IsEmpty) ArmStarved();
        Flush();
        _engine.Wait(MillisecondsToWait());
        TurnStarted = Tracer.IsOn ? Stopwatch.GetTimestamp() : 0;
        _now = _engine.Milliseconds;
        _date.Refresh(_now);
        while (_engine.TryTake(out var completion))
        {
            Dispatch(in completion);
            if (completion.Buffer >= 0) _engine.Recycle(in completion);
        }
        Flush();
        if (_ended.Count > 0) CloseEnded();
    }

    private int MillisecondsToWait()
    {
        // With nothing in flight nothing would end the last wait.
        if (HasEnded || _ended.Count > 0 || _firstDirty != null || !_mailbox.IsEmpty) return 0;
        var wait = _wheel.MillisecondsUntilDue(_now);
        foreach (var listener in _listeners)
        {
            if (!listener.IsRetrying) continue;
            var retry = (int)Math.Max(0, listener.RetryAt - _now);
            wait = wait < 0 ? retry : Math.Min(wait, retry);
        }
        return wait;
    }

    private void RunPosts()
    {
        _mailbox.Acknowledge();
        for (var i = 0; i < MaxPostsPerTurn && _mailbox.TryTake(out var item); i++) RunPosted(item.Work, item.State);
    }

    private void RunPosted(SendOrPostCallback work, object? state)
    {
        try
        {
            work(state);
        }
        catch (Exception failure)
        {
            Report(failure, "Work posted to the reactor threw.");
        }
    }

    private void RunTimers()
    {
        while (_wheel.TakeDue(_now) is { } connection) LookAt(connection);
        foreach (var listener in _listeners)
        {
            if (listener.RetryAt > _now) continue;
            ArmAccept(listener);
        }
    }

    private void Report(Exception failure, string where)
    {
        if (_options.OnError != null) _options.OnError(failure, where);
        else Trace.TraceError("{0} {1}", where, failure);
    }

    // --- Listening ---

    public override IPEndPoint Listen(IPEndPoint endPoint, Func<Connection> factory, int backlog, bool sharePort)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentNullException.ThrowIfNull(factory);
        ArgumentOutOfRangeException.ThrowIfLessThan(backlog, 1);
        return Call(() =>
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            var handle = _engine.OpenListener(endPoint, backlog, sharePort, out var bound);
            if (handle < 0) throw new SocketException((int)Errno.ToSocketError(-handle), $"Can't listen on {endPoint}: {Errno.Name(-handle)}, {Errno.Describe(-handle)}.");
            AddListener(handle, factory);
            return bound;
        });
    }

    internal override void Listen(Socket socket, Func<Connection> factory) => Call(() =>
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        var handle = _engine.AdoptListener(socket);
        if (handle < 0) throw new SocketException((int)Errno.ToSocketError(-handle), $"Can't accept on {socket.LocalEndPoint}: {Errno.Name(-handle)}, {Errno.Describe(-handle)}.");
        AddListener(handle, factory);
        return true;
    });

    private void AddListener(int handle, Func<Connection> factory)
    {
        var listener = new Listener(handle, factory);
        (listener.Slot, listener.Generation) = _slots.Add(listener);
        _listeners.Add(listener);
        ArmAccept(listener);
    }

    public override void StopListening()
    {
        var closed = Call(() =>
        {
            var listeners = _listeners.ToArray();
            foreach (var listener in listeners) CloseListener(listener);
            return Task.WhenAll(listeners.Select(listener => listener.Closed.Task));
        });
        if (!IsCurrent) closed.GetAwaiter().GetResult();
    }

    internal override void AcceptAgain() => Call(() =>
    {
        foreach (var listener in _listeners)
        {
            if (!listener.IsArmed || listener.IsClosing) continue;
            listener.IsRenewing = true;
            _engine.CancelAll(listener.Handle);
        }
        return true;
    });

    private void ArmAccept(Listener listener)
    {
        Debug.Assert(!listener.IsArmed, "One accept is armed at most.");
        if (Lives.AreWatched) listener.Lives.Step(listener.IsRetrying ? ListenerTable.Retry : ListenerTable.Arm);
        listener.RetryAt = Listener.NoRetry;
        listener.IsArmed = true;
        _inFlight++;
        _engine.Accept(listener.Tag, listener.Handle);
    }

    private void CloseListener(Listener listener)
    {
        if (listener.IsClosing) return;
        if (Lives.AreWatched) listener.Lives.Step(listener.IsArmed ? ListenerTable.Close : listener.IsRetrying ? ListenerTable.CloseRetrying : ListenerTable.CloseUnarmed);
        listener.IsClosing = true;
        if (listener.IsArmed) _engine.CancelAll(listener.Handle);
        else if (listener.IsRetrying) FreeListener(listener);
        // Else a callback of the connection just accepted asks for it, and OnAccept frees the listener after that.
    }

    private void FreeListener(Listener listener)
    {
        if (Lives.AreWatched) listener.Lives.Step(ListenerTable.Closed);
        _engine.Close(listener.Handle, reset: false);
        _slots.Remove(listener.Slot);
        _listeners.Remove(listener);
        listener.Closed.SetResult();
    }

    private void OnAccept(Listener listener, in Completion completion)
    {
        if (!completion.More)
        {
            listener.IsArmed = false;
            _inFlight--;
        }
        if (Lives.AreWatched && !listener.IsClosing) NoteAccept(listener, in completion);
        if (completion.Result >= 0)
        {
            // One that came before the end of listening is a connection as good as another.
            if (_stopping) _engine.Close(completion.Result, reset: true);
            else Adopt(completion.Result, listener.Factory);
        }
        else if (!listener.IsClosing && !listener.IsRenewing)
        {
            _acceptFailures++;
        }
        if (listener.IsArmed) return;
        var isRenewed = listener.IsRenewing;
        listener.IsRenewing = false;
        if (listener.IsClosing) FreeListener(listener);
        else if (completion.Result >= 0 || isRenewed) ArmAccept(listener);
        else listener.RetryAt = _now + AcceptRetryMilliseconds;
    }

    private static void NoteAccept(Listener listener, in Completion completion)
    {
        if (completion.Result >= 0) listener.Lives.Step(ListenerTable.Accept);
        if (!completion.More) listener.Lives.Step(completion.Result >= 0 || listener.IsRenewing ? ListenerTable.Disarm : ListenerTable.Fail, -completion.Result);
    }

    private void BeginStop()
    {
        if (_stopping) return;
        _stopping = true;
        foreach (var listener in _listeners.ToArray()) CloseListener(listener);
        ForEachConnection(connection => Terminate(connection, CloseReason.ReactorStopped, 0));
    }

    internal override void ForEachConnection(Action<Connection> action)
    {
        for (var i = 0; i < _slots.End; i++)
        {
            if (_slots.At(i) is Connection connection) action(connection);
        }
    }

    /// <summary>Runs <paramref name="body"/> on the reactor's thread and returns what it returns or throws.</summary>
    private TResult Call<TResult>(Func<TResult> body)
    {
        if (IsCurrent) return body();
        var call = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var posted = TryPost(_ =>
        {
            try
            {
                call.SetResult(body());
            }
            catch (Exception failure)
            {
                call.SetException(failure);
            }
        }, null);
        ObjectDisposedException.ThrowIf(!posted, this);
        return call.Task.GetAwaiter().GetResult();
    }
}
