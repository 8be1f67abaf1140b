using FastCore.Net.Http.Coding;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

// A body that is decoded before its handler sees it. What the framing gives goes into the decoder piece by piece, the next
// when all of the one before it has come out.
internal sealed partial class HttpExchange
{
    private const int DecodedAtOnce = 16 * 1024;

    private ContentDecoder? _decoder;

    /// <summary>The body is decoded; its length is not known.</summary>
    public bool IsDecoded => _decoder != null;

    /// <summary>Bytes of the body as it is sent that have been taken.</summary>
    public long TakenLength => _decoder?.Taken ?? BodyLength;

    /// <summary>Looks at how the body is coded; refused if it is a way that is not decoded.</summary>
    public Rejection BeginDecoding(RequestDecoding decoding)
    {
        if (!RequestDecoding.TryRead(new HttpFields(HeadBytes, Head.Fields), out var coding)) return new Rejection(415, "The request's body is coded in a way that this server does not decode.");
        if (coding != ContentCoding.Identity) _decoder = decoding.Rent(coding);
        return default;
    }

    /// <summary>Gathers a piece of the body, decoded if it is coded.</summary>
    /// <param name="data">The piece.</param>
    /// <param name="most">Bytes that may be gathered in all.</param>
    public Rejection GatherDecoded(ReadOnlySpan<byte> data, long most)
    {
        if (_decoder is not { } decoder)
        {
            if (!data.IsEmpty) Gather(data);
            return default;
        }
        var output = Shard.Buffers.Rent(DecodedAtOnce);
        var rejection = default(Rejection);
        while (!data.IsEmpty && rejection.IsNone)
        {
            var piece = data[..Math.Min(data.Length, ContentDecoder.MaxFeed)];
            data = data[piece.Length..];
            rejection = decoder.Feed(piece);
            while (rejection.IsNone)
            {
                rejection = decoder.Read(output.AsSpan(0, DecodedAtOnce), out var count);
                if (count == 0) break;
                if (rejection.IsNone && BodyLength + count > most) rejection = new Rejection(413, "The request's body is too large when it is decoded.");
                if (rejection.IsNone) Gather(output.AsSpan(0, count));
            }
        }
        if (rejection.IsNone && Framing.IsDone) rejection = decoder.Finish();
        Shard.Buffers.Return(output);
        return rejection;
    }

    /// <summary>Reads into <paramref name="output"/> what was taken already and, behind that, what <paramref name="input"/> holds.</summary>
    private int DecodeCoded(ReadOnlySpan<byte> input, Span<byte> output, out int consumed)
    {
        consumed = 0;
        var written = ReadDecoder(output);
        while (consumed < input.Length && written < output.Length && !Framing.IsDone && BodyFault.IsNone)
        {
            BodyFault = Framing.Read(input[consumed..], ContentDecoder.MaxFeed, Shard.Limits, out var used, out var data);
            consumed += used;
            if (BodyFault.IsNone) BodyFault = _decoder!.Feed(data);
            if (BodyFault.IsNone && _decoder!.Taken > Shard.MaxBody - Framing.Left) BodyFault = new Rejection(413, "The request's body is too large.");
            written += ReadDecoder(output[written..]);
        }
        // With room left, nothing is left in it.
        if (Framing.IsDone && written < output.Length && BodyFault.IsNone) BodyFault = _decoder!.Finish();
        return written;
    }

    private int ReadDecoder(Span<byte> output)
    {
        var written = 0;
        while (written < output.Length && BodyFault.IsNone)
        {
            BodyFault = _decoder!.Read(output[written..], out var count);
            if (count == 0 || !BodyFault.IsNone) break;
            written += count;
        }
        BodyLength += written;
        return written;
    }

    private void ResetDecoding()
    {
        if (_decoder == null) return;
        Shard.Decoding!.Return(_decoder);
        _decoder = null;
    }
}
