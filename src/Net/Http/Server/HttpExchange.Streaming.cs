using System.IO.Pipelines;

namespace FastCore.Net.Http.Server;

// A response that is sent while its handler makes it, and a body that is read through a pipe.
internal sealed partial class HttpExchange
{
    private PipeReader? _bodyReader;

    /// <summary>Where the handler writes the body of a response it has started; null if there is none.</summary>
    public HttpResponseBody? ResponseBody { get; private set; }

    public PipeReader BodyReader => _bodyReader ??= PipeReader.Create(new RequestBodyStream(this, Generation));

    /// <summary>Starts a response without its body. <paramref name="length"/> is -1 if it is not known.</summary>
    public HttpResponseBody StartResponse(int status, string contentType, long length)
    {
        VerifyResponse(status, length, contentType);
        var coding = IsHead || StatusLines.HasNoContent(status) ? BodyCoding.None
            : length >= 0 ? BodyCoding.Length
            : Head.IsHttp10 ? BodyCoding.UntilClose
            : BodyCoding.Chunked;
        if (HasHandlerResponded) throw new InvalidOperationException(AnsweredMessage);
        var isElsewhere = _scheduler != null;
        var body = ResponseBody = new HttpResponseBody(Context, coding, length, isElsewhere);
        if (isElsewhere) _answer!.StartStream(status, contentType, length);
        else WriteStreamHead(status, contentType, length);
        return body;
    }

    /// <summary>Writes the head of a response that a handler on the scheduler has started, once. On the reactor.</summary>
    public void StartOffloadedStream()
    {
        if (!HasResponded) _answer!.StartStreamOf(this);
    }

    /// <inheritdoc cref="StartOffloadedStream()"/>
    public void StartOffloadedStream(ReadOnlySpan<byte> fields, bool closes, int status, string contentType, long length)
    {
        AppendFields(fields);
        _mustClose |= closes;
        if (status == SwitchingProtocols) BeginUpgrade(contentType);
        else WriteStreamHead(status, contentType, length);
    }

    /// <summary>The handler has ended. Ends the body of the response it has started.</summary>
    public void EndStream(bool failed) => ResponseBody?.HandlerEnded(this, failed);

    private void WriteStreamHead(int status, string contentType, long length)
    {
        var endsWithConnection = length < 0 && Head.IsHttp10 && !IsHead && !StatusLines.HasNoContent(status);
        _mustClose |= endsWithConnection;
        if (Shard.Coding != null && TryCodeStream(status, contentType, length)) length = -1;
        if (BeginResponse(status, 0, readsOn: true)) ResponseWriter.WriteHead(this, status, contentType, length >= 0 ? length : Head.IsHttp10 ? ResponseWriter.Unframed : ResponseWriter.InChunks);
    }

    private void ResetStream()
    {
        ResponseBody?.Release(this);
        ResponseBody = null;
        IsUpgraded = false;
        if (_bodyReader == null) return;
        _bodyReader.Complete();
        _bodyReader = null;
    }
}
