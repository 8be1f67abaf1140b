using FastCore.Net.Http.Parsing;
using FastCore.Net.Transport.Tables;

namespace FastCore.Net.Http.Server;

// From a head to its handler and to the end of the exchange.
internal sealed partial class HttpConnection
{
    /// <summary>Takes a request's head, and all of a request that is answered at once. Returns zero if the head has not ended.</summary>
    private int TakeHead(ReadOnlySpan<byte> data)
    {
        var exchange = _shard.Rent();
        var head = exchange.Head;
        switch (RequestParser.Parse(data, head, _shard.Limits))
        {
            case ParseStatus.NeedMore:
                NoteCutHead(data.Length);
                _limitAt = head.LimitAt;
                _shard.Return(exchange);
                return 0;
            case ParseStatus.Rejected:
                exchange.Begin(this, default);
                Refuse(exchange, head.Rejection);
                return data.Length;
        }
        // The next head has its own time.
        _deadlineKind = Deadline.None;
        if (_limitAt != 0) EndCutHead();
        var bytes = data[..head.Length];
        exchange.Begin(this, bytes);
        if (!FindRoute(exchange, bytes)) return head.Length;
        var route = exchange.Route!;
        // A handler that upgrades the connection reads the input too, although its request has no body.
        var readsInput = route.AsyncHandler != null && (head.HasBody || head.WantsUpgrade);
        if (!head.HasBody && !readsInput)
        {
            Start(exchange);
            return head.Length;
        }

        _exchange = exchange;
        if (readsInput)
        {
            exchange.Detach();
            if (head.HasBody) NoteBodyBegin();
            Enter(Phase.Ready);
            return head.Length;
        }
        if (!head.IsChunked && !exchange.IsDecoded && head.ContentLength <= data.Length - head.Length)
        {
            var length = (int)head.ContentLength;
            exchange.SetBody(data.Slice(head.Length, length));
            Start(exchange);
            return head.Length + length;
        }
        exchange.Detach();
        NoteBodyBegin();
        Enter(Phase.Gather);
        if (data.Length == head.Length) exchange.SendContinue();
        return head.Length;
    }

    /// <summary>Sets the exchange's route; false if there is none and the request has been answered.</summary>
    private bool FindRoute(HttpExchange exchange, ReadOnlySpan<byte> bytes)
    {
        var head = exchange.Head;
        var router = _shard.Router;
        exchange.MethodIndex = router.Methods.Find(head, bytes);
        if (exchange.MethodIndex < 0) return Refuse(exchange, new Rejection(501, "This server does not know the request's method."));
        if (head.IsAsterisk) return RespondLine(exchange, 204, router.AllowLine);

        var path = exchange.Path;
        var node = router.Find(path, exchange.RouteValues);
        if (node == null) return Respond(exchange, new Rejection(404, "There is nothing at this path."));
        exchange.Route = node.Find(exchange.MethodIndex);
        if (exchange.Route == null) return RespondLine(exchange, head.Method == KnownMethod.Options ? 204 : 405, node.AllowLine);
        exchange.RouteNode = node;

        if (!head.HasBody)
        {
            var mayHaveBody = head.Method is KnownMethod.Post or KnownMethod.Put or KnownMethod.Patch;
            if (mayHaveBody && head.ContentLength < 0 && _shard.RequiresLength)
                return Refuse(exchange, new Rejection(411, "A request with this method must say how long its body is, even if it has none."));
        }
        else if (head.ContentLength > (exchange.Route.Handler != null ? _shard.MaxBufferedBody : _shard.MaxBody))
        {
            return Refuse(exchange, BodyTooLarge);
        }
        if (head.HasBody && _shard.Decoding is { } decoding && exchange.BeginDecoding(decoding) is { IsNone: false } rejection) return Refuse(exchange, rejection);
        return true;
    }

    private static Rejection BodyTooLarge => new(413, "The request's body is too large.");

    private bool Respond(HttpExchange exchange, Rejection rejection)
    {
        exchange.RespondReason(rejection, close: false);
        Finish(exchange);
        return false;
    }

    private bool RespondLine(HttpExchange exchange, int status, byte[] fieldLine)
    {
        exchange.RespondLine(status, fieldLine);
        Finish(exchange);
        return false;
    }

    /// <summary>Answers a request that can't be served, unless it has been answered, and ends the connection.</summary>
    private bool Refuse(HttpExchange? exchange, Rejection rejection)
    {
        if (exchange == null)
        {
            exchange = _shard.Rent();
            exchange.Head.Reset();
            exchange.Begin(this, default);
        }
        _shard.Refused++;
        NoteRefusal(rejection);
        if (!exchange.HasResponded)
        {
            exchange.RespondReason(rejection, close: true);
            _shard.Requests++;
        }
        Release(exchange);
        Close();
        return false;
    }

    /// <summary>Runs the handler, to its end or to its first wait.</summary>
    private void Start(HttpExchange exchange)
    {
        var route = exchange.Route!;
        if (route.IsOffloaded)
        {
            Offload(exchange);
            return;
        }
        if (route.Handler is { } handler)
        {
            try
            {
                handler(exchange.Context);
            }
            catch (Exception failure)
            {
                HandlerFailed(exchange, failure);
            }
            Finish(exchange);
            return;
        }

        _exchange = exchange;
        Enter(Phase.Running);
        ValueTask task;
        try
        {
            task = route.AsyncHandler!(exchange.Context);
        }
        catch (Exception failure)
        {
            HandlerFailed(exchange, failure);
            Finish(exchange);
            return;
        }
        if (task.IsCompleted)
        {
            HandlerEnded(exchange, task);
            return;
        }
        exchange.Detach();
        exchange.AwaitHandler(task);
    }

    private void Offload(HttpExchange exchange)
    {
        _exchange = exchange;
        exchange.BeginOffload();
        Enter(Phase.Running);
        if (exchange.TrySpawn(_shard.Scheduler!)) return;
        exchange.RespondReason(HttpExchange.NoScheduler, close: false);
        Finish(exchange);
    }

    /// <summary>A handler on the scheduler has ended.</summary>
    internal void OffloadedHandlerEnded(HttpExchange exchange)
    {
        if (exchange.TakeBack() is { } failure) HandlerFailed(exchange, failure);
        Finish(exchange);
        Resume();
    }

    /// <summary>An asynchronous handler has ended, in its first stretch or in a later turn.</summary>
    internal void HandlerEnded(HttpExchange exchange, ValueTask task)
    {
        try
        {
            task.GetAwaiter().GetResult();
        }
        catch (Exception failure)
        {
            HandlerFailed(exchange, failure);
        }
        Finish(exchange);
        Resume();
    }

    private void HandlerFailed(HttpExchange exchange, Exception failure)
    {
        if (failure is HttpRequestRejectedException rejected && rejected.Rejection == exchange.BodyFault)
        {
            // The client's fault, which the handler had no answer of its own for.
            _shard.Refused++;
            exchange.EndStream(failed: true);
            if (!exchange.HasResponded) exchange.RespondReason(rejected.Rejection, close: true);
            return;
        }
        exchange.EndStream(failed: true);
        // It was told that the client has gone, and gave up.
        if (IsGone(exchange) && failure is IOException or OperationCanceledException) return;
        _shard.Report(failure, $"The handler of {exchange.PathText} threw.");
        if (!exchange.HasResponded) exchange.RespondReason(HandlerFault, close: false);
    }

    /// <summary>Nobody is left to be answered. From a reset until OnClosed the connection knows it, and the exchange does not yet.</summary>
    private bool IsGone(HttpExchange exchange) => exchange.IsAborted || !CanWrite;

    private static Rejection HandlerFault => new(500, "The server failed to answer the request.");

    /// <summary>The handler has ended, or there was none: sees to the response, to what is left of the body, and to what comes next.</summary>
    private void Finish(HttpExchange exchange)
    {
        if (!exchange.HasResponded && !IsGone(exchange))
        {
            _shard.Report(new InvalidOperationException("The handler ended without a response. Call HttpContext.Respond."), $"The handler of {exchange.PathText} ended.");
            exchange.RespondReason(HandlerFault, close: false);
        }
        exchange.EndStream(failed: false);
        _shard.Requests++;
        if (!CanWrite)
        {
            Release(exchange);
        }
        else if (exchange.Closes || !exchange.BodyFault.IsNone || !exchange.CanSkipBody())
        {
            Release(exchange);
            Close();
        }
        else if (exchange.Framing.IsDone)
        {
            Release(exchange);
        }
        else
        {
            exchange.EndHandler();
            // Answered without its handler, it has just been found to have a body.
            if (_phase == Phase.Head) NoteBodyBegin();
            _exchange = exchange;
            Enter(Phase.Drain);
        }
    }

    private void Release(HttpExchange exchange)
    {
        if (exchange.ObservedFrom != 0) _shard.Observe(exchange);
        if (Lives.AreWatched) NoteEnd(exchange);
        if (_exchange == exchange) _exchange = null;
        _phase = Phase.Head;
        _shard.Return(exchange);
    }
}
