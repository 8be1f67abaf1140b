using System.Diagnostics;
using System.Net;
using System.Threading.Tasks.Sources;
using FastCore.Net.Http.Parsing;
using FastCore.Scheduling;

namespace FastCore.Net.Http.Server;

// A handler on the scheduler. The exchange goes there as a work item and comes back as work posted to the reactor; between
// the two the handler has what HttpContext shows, and the reactor only tells it that the client has gone, and reads the
// body for it. What the handler answers waits in OffloadedAnswer until the exchange is back.
internal sealed partial class HttpExchange : IWorkItem
{
    // Where the handler runs; null on the reactor. Written by the reactor before the spawn and after the return.
    private Scheduler? _scheduler;
    private OffloadedAnswer? _answer;
    private IPEndPoint? _remoteEndPoint;
    private Exception? _handlerFailure;
    private Action? _onOffloadedEnd;

    /// <summary>Its handler runs, or ran, on the scheduler.</summary>
    public bool IsOffloaded { get; private set; }

    /// <summary>Whether the caller is where the handler runs.</summary>
    public bool IsOnItsThread => _scheduler == null ? Shard.ThreadId == Environment.CurrentManagedThreadId : Scheduler.Current == _scheduler;

    public IPEndPoint? RemoteEndPoint => _scheduler == null ? Forwarded.Client ?? Connection.ClientEndPoint : _remoteEndPoint;

    /// <summary>What the handler has done about an answer, wherever it runs.</summary>
    public bool HasHandlerResponded => _scheduler == null ? HasResponded : _answer!.HasResponded;

    /// <summary>Makes it independent of the reactor's callback.</summary>
    public void BeginOffload()
    {
        DetachWhole();
        _answer ??= new OffloadedAnswer();
        _remoteEndPoint = RemoteEndPoint;
        IsOffloaded = true;
    }

    /// <summary>Has the handler run by the scheduler; false if that has been shut down.</summary>
    public bool TrySpawn(Scheduler scheduler)
    {
        _scheduler = scheduler;
        try
        {
            scheduler.Spawn(this);
            return true;
        }
        catch (ObjectDisposedException)
        {
            _scheduler = null;
            return false;
        }
    }

    public static Rejection NoScheduler => new(503, "The server runs no more handlers.");

    Delegate? IWorkItem.NamedBy => Route?.Named;

    void IWorkItem.Execute()
    {
        try
        {
            if (Route!.Handler is { } handler)
            {
                handler(Context);
            }
            else
            {
                _handler = Route.AsyncHandler!(Context);
                if (!_handler.IsCompleted)
                {
                    _handler.GetAwaiter().UnsafeOnCompleted(_onOffloadedEnd ??= OffloadedHandlerEnded);
                    return;
                }
                _handler.GetAwaiter().GetResult();
            }
        }
        catch (Exception failure)
        {
            _handlerFailure = failure;
        }
        Return();
    }

    void IWorkItem.Abandon()
    {
        _answer!.Refuse(NoScheduler);
        Return();
    }

    private void OffloadedHandlerEnded()
    {
        try
        {
            _handler.GetAwaiter().GetResult();
        }
        catch (Exception failure)
        {
            _handlerFailure = failure;
        }
        Return();
    }

    private void Return()
    {
        // No handle is good from here on, before the reactor has the exchange.
        Generation++;
        if (!Shard.Reactor.TryPost(static exchange => ((HttpExchange)exchange!).Connection.OffloadedHandlerEnded((HttpExchange)exchange), this)) EndWithoutReactor();
    }

    /// <summary>Writes what the handler answered. Returns what it threw, or null. On the reactor.</summary>
    public Exception? TakeBack()
    {
        Debug.Assert(_scheduler != null, "It comes back once.");
        _scheduler = null;
        _answer!.WriteTo(this);
        return _handlerFailure;
    }

    /// <summary>Gives back what it holds when its reactor has stopped before its handler ended. On any thread but the reactor's.</summary>
    private void EndWithoutReactor()
    {
        // With its thread gone, nobody else than the ends of other handlers touches what it owned.
        Shard.Reactor.Dispose();
        lock (Shard)
        {
            _scheduler = null;
            Shard.Return(this);
        }
    }

    private void ResetOffload()
    {
        Debug.Assert(_scheduler == null, "An exchange is not given back while its handler has it.");
        if (!IsOffloaded) return;
        IsOffloaded = false;
        _answer!.Reset();
        _remoteEndPoint = null;
        _handlerFailure = null;
    }

    /// <summary>Has the reactor read the body for whoever is on another thread, as long as the handler has not ended.</summary>
    public ValueTask<int> ReadBodyElsewhere(Memory<byte> buffer, int generation, CancellationToken cancellationToken)
    {
        var read = new ElsewhereRead(this, generation, buffer, cancellationToken);
        // Before it can end and lead to another.
        var result = new ValueTask<int>(read, read.Version);
        if (!Shard.Reactor.TryPost(static read => _ = ((ElsewhereRead)read!).RunAsync(), read)) read.Fail(new IOException(EndedMessage));
        return result;
    }

    /// <summary>
    /// A read that comes from another thread than the reactor's, and whose end goes back there: to the scheduler if it came from it, even
    /// where <c>ConfigureAwait(false)</c> is said. Library code says it everywhere, and what follows is the handler's.
    /// </summary>
    private sealed class ElsewhereRead(HttpExchange exchange, int generation, Memory<byte> buffer, CancellationToken cancellationToken) : IValueTaskSource<int>
    {
        // Whoever reads from a thread without a context would go on inside of the call that ends the read, which is the reactor's.
        private ManualResetValueTaskSourceCore<int> _core = new() { RunContinuationsAsynchronously = true };

        public short Version => _core.Version;

        public async Task RunAsync()
        {
            try
            {
                // Its handler may have ended on the way here, and the exchange serve another request.
                ObjectDisposedException.ThrowIf(exchange.Generation != generation, typeof(HttpContext));
                _core.SetResult(await exchange.ReadBodyHere(buffer, cancellationToken));
            }
            catch (Exception failure)
            {
                Fail(failure);
            }
        }

        public void Fail(Exception failure) => _core.SetException(failure);

        public int GetResult(short token) => _core.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags | ValueTaskSourceOnCompletedFlags.UseSchedulingContext);
    }
}
