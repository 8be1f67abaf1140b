using System.Buffers;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

/// <summary>
/// What a handler on the scheduler answers, until it has ended and the reactor writes it. The handler's alone up to then,
/// the reactor's after that. Used again for other requests.
/// </summary>
internal sealed class OffloadedAnswer
{
    // What is kept of a copied body's memory from one use to the next.
    private const int KeptCopy = 4096;

    private readonly ArrayBufferWriter<byte> _fields = new();
    private readonly ArrayBufferWriter<byte> _copied = new();
    private PreparedResponse? _prepared;
    private ReadOnlyMemory<byte> _body;
    private string _contentType = "";
    private int _status;
    private bool _closes;

    // Of a response that is sent while it is made; its handler may flush it before it ends.
    private bool _isStream;
    private long _length;

    public bool HasResponded { get; private set; }

    public void AddField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        FieldRules.Verify(name, value);
        ThrowIfResponded();
        _fields.Write(name);
        _fields.Write(": "u8);
        _fields.Write(value);
        _fields.Write("\r\n"u8);
    }

    public void CloseConnection()
    {
        ThrowIfResponded();
        _closes = true;
    }

    public void Respond(PreparedResponse response)
    {
        Begin();
        _prepared = response;
    }

    public void Respond(int status, ReadOnlySpan<byte> body, string contentType)
    {
        HttpExchange.VerifyResponse(status, body.Length, contentType);
        Begin();
        _copied.Write(body);
        (_status, _body, _contentType) = (status, _copied.WrittenMemory, contentType);
    }

    public void Respond(int status, ReadOnlyMemory<byte> body, string contentType)
    {
        HttpExchange.VerifyResponse(status, body.Length, contentType);
        Begin();
        (_status, _body, _contentType) = (status, body, contentType);
    }

    public void StartStream(int status, string contentType, long length)
    {
        Begin();
        (_status, _contentType, _length, _isStream) = (status, contentType, length, true);
    }

    /// <summary>Writes the head of what <see cref="StartStream"/> has started. On the reactor; the handler waits for it or has ended.</summary>
    public void StartStreamOf(HttpExchange exchange) => exchange.StartOffloadedStream(_fields.WrittenSpan, _closes, _status, _contentType, _length);

    /// <summary>The server's own answer: no handler was run.</summary>
    public void Refuse(Rejection rejection) => Respond(rejection.Status, System.Text.Encoding.ASCII.GetBytes(rejection.Reason + "\n").AsSpan(), "text/plain");

    /// <summary>Writes it, if there is one. On the reactor.</summary>
    public void WriteTo(HttpExchange exchange)
    {
        if (!HasResponded) return;
        if (_isStream)
        {
            exchange.StartOffloadedStream();
            return;
        }
        exchange.AppendFields(_fields.WrittenSpan);
        if (_closes) exchange.CloseConnection();
        if (_prepared != null) exchange.Respond(_prepared);
        else if (_copied.WrittenCount > 0) exchange.Respond(_status, _copied.WrittenSpan, _contentType);
        else exchange.Respond(_status, _body, _contentType);
    }

    public void Reset()
    {
        _fields.ResetWrittenCount();
        // Large ones are rare, and would stay with the exchange for ever.
        if (_copied.Capacity > KeptCopy) _copied.Clear();
        else _copied.ResetWrittenCount();
        _prepared = null;
        _body = default;
        _closes = _isStream = HasResponded = false;
    }

    private void Begin()
    {
        if (HasResponded) throw new InvalidOperationException(HttpExchange.AnsweredMessage);
        HasResponded = true;
    }

    private void ThrowIfResponded()
    {
        if (HasResponded) throw new InvalidOperationException(HttpExchange.WrittenMessage);
    }
}
