using System.Text;
using FastCore.Net.Http.Parsing;
using FastCore.Net.Transport;

namespace FastCore.Net.Http.Server;

// The answer: what it adds to its head, whether the connection is kept after it, and that there is one.
internal sealed partial class HttpExchange
{
    public const string AnsweredMessage = "A request is answered once, and this one has been.";
    public const string WrittenMessage = "The response has been written already. Add fields, and call CloseConnection, before Respond.";

    private byte[]? _added;
    private int _addedLength;
    private bool _mustClose;

    // The client waits for leave to send its body, and has not been given it.
    private bool _canContinue;

    /// <summary>A response has been written.</summary>
    public bool HasResponded { get; private set; }

    /// <summary>The status it was answered with; zero before.</summary>
    public int Status { get; private set; }

    /// <summary>Bytes of the response's body as far as it was written.</summary>
    public long ResponseLength { get; set; }

    /// <summary>The response said that the connection ends after it.</summary>
    public bool Closes { get; private set; }

    /// <summary>Field lines this exchange adds to its response.</summary>
    public ReadOnlySpan<byte> AddedFields => _added.AsSpan(0, _addedLength);

    public void AddField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (_scheduler != null)
        {
            _answer!.AddField(name, value);
            return;
        }
        FieldRules.Verify(name, value);
        if (HasResponded) throw new InvalidOperationException(WrittenMessage);
        AppendField(name);
        AppendField(": "u8);
        AppendField(value);
        AppendField("\r\n"u8);
    }

    /// <summary>Adds field lines as they stand.</summary>
    public void AppendFields(ReadOnlySpan<byte> lines)
    {
        if (!lines.IsEmpty) AppendField(lines);
    }

    private void AppendField(ReadOnlySpan<byte> bytes)
    {
        if (_added == null || _addedLength + bytes.Length > _added.Length)
        {
            var larger = Shard.Buffers.Rent(_addedLength + bytes.Length);
            _added.AsSpan(0, _addedLength).CopyTo(larger);
            if (_added != null) Shard.Buffers.Return(_added);
            _added = larger;
        }
        bytes.CopyTo(_added.AsSpan(_addedLength));
        _addedLength += bytes.Length;
    }

    public void CloseConnection()
    {
        if (_scheduler != null)
        {
            _answer!.CloseConnection();
            return;
        }
        if (HasResponded) throw new InvalidOperationException(WrittenMessage);
        _mustClose = true;
    }

    public void Respond(PreparedResponse response)
    {
        if (_scheduler != null) _answer!.Respond(response);
        else if (BeginResponse(response.Status, response.Body.Length)) ResponseWriter.Write(this, response);
    }

    public void Respond(int status, ReadOnlySpan<byte> body, string contentType)
    {
        if (_scheduler != null)
        {
            _answer!.Respond(status, body, contentType);
            return;
        }
        VerifyResponse(status, body.Length, contentType);
        if (Shard.Coding != null && TryRespondCoded(status, body, contentType)) return;
        if (!BeginResponse(status, body.Length)) return;
        ResponseWriter.WriteHead(this, status, contentType, body.Length);
        if (!IsHead && !body.IsEmpty) Connection.Write(body);
    }

    public void Respond(int status, ReadOnlyMemory<byte> body, string contentType)
    {
        if (_scheduler != null)
        {
            _answer!.Respond(status, body, contentType);
            return;
        }
        VerifyResponse(status, body.Length, contentType);
        if (Shard.Coding != null && TryRespondCoded(status, body.Span, contentType)) return;
        if (!BeginResponse(status, body.Length)) return;
        ResponseWriter.WriteHead(this, status, contentType, body.Length);
        if (!IsHead && !body.IsEmpty) Connection.Write(body);
    }

    /// <summary>Answers with a part of an open file, behind a head that was prepared, and takes over a hold on it. On the reactor.</summary>
    public void Respond(PreparedResponse head, OpenFile file, long offset, int length)
    {
        var isTaken = false;
        try
        {
            if (!BeginResponse(head.Status, length)) return;
            ResponseWriter.Write(this, head);
            isTaken = true;
            Connection.Write(file, offset, length);
        }
        finally
        {
            if (!isTaken) file.Release();
        }
    }

    /// <inheritdoc cref="Respond(PreparedResponse, OpenFile, long, int)"/>
    public void Respond(int status, string contentType, OpenFile file, long offset, int length)
    {
        var isTaken = false;
        try
        {
            if (!BeginResponse(status, length)) return;
            ResponseWriter.WriteHead(this, status, contentType, length);
            isTaken = true;
            Connection.Write(file, offset, length);
        }
        finally
        {
            if (!isTaken) file.Release();
        }
    }

    /// <summary>The server's own answer: what the application added does not go with it.</summary>
    public void RespondReason(Rejection rejection, bool close)
    {
        _addedLength = 0;
        _mustClose |= close;
        // What is too much now may not be in a second (RFC 9110 §10.2.3).
        if (rejection.Status == 503) AppendField("Retry-After: 1\r\n"u8);
        if (rejection.Status == 415) AppendField(Coding.RequestDecoding.AcceptField);
        Span<byte> text = stackalloc byte[rejection.Reason.Length + 1];
        Encoding.ASCII.GetBytes(rejection.Reason, text);
        text[^1] = (byte)'\n';
        Respond(rejection.Status, text, "text/plain");
    }

    /// <summary>The server's own answer without a body, with a field line of its own.</summary>
    public void RespondLine(int status, ReadOnlySpan<byte> fieldLine)
    {
        AppendField(fieldLine);
        Respond(status, default(ReadOnlySpan<byte>), "");
    }

    /// <summary>Tells a client that waits for leave to send its body that it may.</summary>
    public void SendContinue()
    {
        if (!_canContinue || HasResponded) return;
        _canContinue = false;
        if (Connection.CanWrite) Connection.Write("HTTP/1.1 100 Continue\r\n\r\n"u8);
    }

    /// <summary>The body has begun to come by itself.</summary>
    public void NoteBodyBegun() => _canContinue = false;

    public static void VerifyResponse(int status, long length, string contentType)
    {
        FieldRules.VerifyStatus(status);
        FieldRules.VerifyContentType(contentType);
        if (length > 0 && StatusLines.HasNoContent(status)) throw new ArgumentException($"A response with status {status} has no body.", nameof(status));
    }

    /// <summary>Decides whether the connection is kept. False if it has ended, and nothing is to be written.</summary>
    /// <param name="status">The status that is answered with.</param>
    /// <param name="length">Bytes of the body that are known to be written.</param>
    /// <param name="readsOn">The handler may still read the body, so what is left of it is looked at when it has ended.</param>
    private bool BeginResponse(int status, long length, bool readsOn = false)
    {
        if (HasResponded) throw new InvalidOperationException(AnsweredMessage);
        HasResponded = true;
        Status = status;
        ResponseLength = IsHead ? 0 : length;
        Closes = !Connection.CountRequest() || _mustClose || !Head.IsPersistent || Shard.IsRetiring || (readsOn ? _canContinue : !CanSkipBody());
        if (Shard.ServerLine.Length > 0) AppendField(Shard.ServerLine);
        if (Closes) AppendField("Connection: close\r\n"u8);
        else if (Head.IsHttp10) AppendField("Connection: keep-alive\r\n"u8);
        return Connection.CanWrite;
    }

    // A client that was not told to go on may send its body or not; where the next request begins can't be known.
    public bool CanSkipBody() =>
        Framing.IsDone || (!_canContinue && BodyFault.IsNone && (Framing.IsChunked || Framing.Left <= MaxDrain));
}
