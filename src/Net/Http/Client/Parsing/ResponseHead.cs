using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Client.Parsing;

/// <summary>
/// What the parser found in a response's head: places, numbers and flags, none of the bytes themselves, so that the table
/// stays right when the bytes are copied elsewhere. One is used over and over.
/// </summary>
internal sealed class ResponseHead
{
    private FieldLine[] _fields = new FieldLine[16];

    /// <summary>Bytes of the head, with the empty line that ends it.</summary>
    public int Length;

    /// <summary>When more is needed: with this many bytes, even without another LF, a limit is passed.</summary>
    public int LimitAt;

    public int Status;
    public Slice Reason;
    public bool IsHttp10;
    public bool IsChunked;
    public bool WantsClose;
    public bool WantsKeepAlive;

    /// <summary>The Content-Length, or -1.</summary>
    public long ContentLength;

    /// <summary>Why the head was refused: a sentence that holds nothing the server sent.</summary>
    public string? Fault;

    public int FieldCount { get; private set; }

    public ReadOnlySpan<FieldLine> Fields => _fields.AsSpan(0, FieldCount);

    /// <summary>It says how something goes on, and the response itself is yet to come (RFC 9110 §15.2).</summary>
    public bool IsInformational => Status < 200;

    /// <summary>Whether the server expects another request on this connection (RFC 9112 §9.3).</summary>
    public bool IsPersistent => !WantsClose && (!IsHttp10 || WantsKeepAlive);

    /// <summary>Whether such a response ends with its head, whatever its fields say (RFC 9112 §6.3).</summary>
    public bool HasNoBody(bool answersHead) => answersHead || IsInformational || Status is 204 or 304;

    public void Reset()
    {
        FieldCount = 0;
        Length = 0;
        LimitAt = 0;
        Status = 0;
        Reason = default;
        IsHttp10 = IsChunked = WantsClose = WantsKeepAlive = false;
        ContentLength = -1;
        Fault = null;
    }

    public void Add(FieldLine field)
    {
        if (FieldCount == _fields.Length) Array.Resize(ref _fields, _fields.Length * 2);
        _fields[FieldCount++] = field;
    }
}
