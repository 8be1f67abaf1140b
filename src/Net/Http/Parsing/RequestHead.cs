namespace FastCore.Net.Http.Parsing;

/// <summary>Where a part of a head lies, counted from the head's first byte.</summary>
internal readonly record struct Slice(int Start, int Length)
{
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> head) => head.Slice(Start, Length);
}

/// <summary>Where a field line's name and trimmed value lie.</summary>
internal readonly record struct FieldLine(Slice Name, Slice Value);

/// <summary>What a request's <c>Expect</c> field asks for.</summary>
internal enum Expectation : byte
{
    None,
    Continue,
    Unknown,
}

/// <summary>
/// What the parser found in a head: places, numbers and flags, none of the bytes themselves, so that the table stays
/// right when the bytes are copied elsewhere. One is used over and over.
/// </summary>
internal sealed class RequestHead
{
    private FieldLine[] _fields = new FieldLine[16];

    /// <summary>Bytes of the head, from any tolerated empty line to the empty line that ends it.</summary>
    public int Length;

    /// <summary>When more is needed: with this many bytes, even without another LF, a limit is passed.</summary>
    public int LimitAt;

    public KnownMethod Method;
    public Slice MethodToken;
    public Slice Target;

    /// <summary>Empty when the target is in absolute form without a path, which stands for <c>/</c>, or is <c>*</c>.</summary>
    public Slice Path;

    /// <summary>What follows the question mark.</summary>
    public Slice Query;

    /// <summary>The target's authority in absolute form, else the Host field's value.</summary>
    public Slice Host;

    public bool IsHttp10;
    public bool IsAsterisk;
    public bool HasHost;
    public bool IsChunked;
    public bool WantsClose;
    public bool WantsKeepAlive;

    /// <summary>The Connection field names the Upgrade field.</summary>
    public bool WantsUpgrade;
    public Expectation Expectation;

    /// <summary>The Content-Length, or -1.</summary>
    public long ContentLength;

    /// <summary>Why the head was refused.</summary>
    public Rejection Rejection;

    public int FieldCount { get; private set; }

    public ReadOnlySpan<FieldLine> Fields => _fields.AsSpan(0, FieldCount);

    public bool HasBody => IsChunked || ContentLength > 0;

    /// <summary>Whether the client expects to send another request on this connection (RFC 9112 §9.3).</summary>
    public bool IsPersistent => !WantsClose && (!IsHttp10 || WantsKeepAlive);

    public void Reset()
    {
        FieldCount = 0;
        Length = 0;
        Method = KnownMethod.Other;
        MethodToken = Target = Path = Query = Host = default;
        IsHttp10 = IsAsterisk = HasHost = IsChunked = WantsClose = WantsKeepAlive = WantsUpgrade = false;
        Expectation = Expectation.None;
        ContentLength = -1;
        Rejection = default;
    }

    public void Add(FieldLine field)
    {
        if (FieldCount == _fields.Length) Array.Resize(ref _fields, _fields.Length * 2);
        _fields[FieldCount++] = field;
    }
}
