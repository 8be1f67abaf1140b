namespace FastCore.Net.Http.Server;

// Bodies that come in pieces: gathered for the handler, read by it, or thrown away.
internal sealed partial class HttpConnection
{
    private int Gather(ReadOnlySpan<byte> data)
    {
        var exchange = _exchange!;
        exchange.NoteBodyBegun();
        var consumed = 0;
        while (consumed < data.Length && !exchange.Framing.IsDone)
        {
            var rejection = exchange.Framing.Read(data[consumed..], int.MaxValue, _shard.Limits, out var used, out var bytes);
            consumed += used;
            if (rejection.IsNone && exchange.TakenLength + bytes.Length > _shard.MaxBufferedBody - exchange.Framing.Left) rejection = BodyTooLarge;
            if (rejection.IsNone) rejection = exchange.GatherDecoded(bytes, _shard.MaxBufferedBody);
            if (!rejection.IsNone)
            {
                Refuse(exchange, rejection);
                return data.Length;
            }
        }
        exchange.Clock.Advance(Reactor.Milliseconds, consumed);
        if (!exchange.Framing.IsDone) return consumed;
        NoteBodyEnd();
        Start(exchange);
        return consumed;
    }

    private int Drain(ReadOnlySpan<byte> data)
    {
        var exchange = _exchange!;
        var consumed = 0;
        while (consumed < data.Length && !exchange.Framing.IsDone)
        {
            var rejection = exchange.Framing.Read(data[consumed..], int.MaxValue, _shard.Limits, out var used, out _);
            consumed += used;
            exchange.DrainLeft -= used;
            if (rejection.IsNone && exchange.DrainLeft >= 0) continue;
            Release(exchange);
            Close();
            return data.Length;
        }
        exchange.Clock.Advance(Reactor.Milliseconds, consumed);
        if (!exchange.Framing.IsDone) return consumed;
        NoteBodyEnd();
        Release(exchange);
        return consumed;
    }

    /// <summary>Gives the handler what has arrived of the body.</summary>
    internal int ReadBuffered(HttpExchange exchange, Span<byte> output)
    {
        if (InputLength == 0) return EndOfInput(exchange);
        var count = exchange.Decode(_input.Bytes, output, out var consumed);
        Skip(consumed);
        if (count == 0 && InputLength == 0) return EndOfInput(exchange);
        if (!_isPumping) Settle();
        return count;
    }

    private int EndOfInput(HttpExchange exchange)
    {
        if (_peerIsDone && !exchange.Framing.IsDone && exchange.BodyFault.IsNone) exchange.InputEnded(Truncated);
        return 0;
    }

    /// <summary>A read has begun to wait.</summary>
    internal void ReadWaits()
    {
        if (!_isPumping) Settle();
    }
}
