using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Client;

/// <summary>
/// A request as it is sent: the bytes of its head are made once, so sending it again costs a copy. Give it to
/// <see cref="HttpClientHost.SendAsync"/> or <see cref="HttpClientHost.FetchAsync"/>.
/// </summary>
/// <remarks>
/// Thread-safety: none while it is changed. One that is not changed any more and has no body, or one in memory, may be
/// under way any number of times at once; one whose body is read (<see cref="SetBody(PipeReader, long?)"/>) is sent once.
/// A program that makes a request of each that it gets keeps some and begins them anew (<see cref="Reset"/>), which allocates nothing.
/// </remarks>
public sealed class HttpClientRequest
{
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly ArrayBufferWriter<byte> _fields = new();

    /// <summary>Makes a request.</summary>
    /// <param name="method">The method. CONNECT is none of this client's.</param>
    /// <param name="target">The path with the query, as it is sent: escaped, beginning with a slash; <c>*</c> for OPTIONS.</param>
    /// <exception cref="ArgumentException">The method is not a token, or the target holds what no request line may.</exception>
    public HttpClientRequest(HttpMethod method, string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Reset(method, Encoding.UTF8.GetBytes(target));
    }

    /// <summary>Makes another request of it, with no field and no body. Not while it is under way: until its response has been read to the end or disposed of.</summary>
    /// <param name="method">The method.</param>
    /// <param name="target">The path with the query, as it is sent, in ASCII.</param>
    /// <exception cref="ArgumentException">The method is not a token, or the target holds what no request line may. Nothing is changed then.</exception>
    [MemberNotNull(nameof(Method))]
    public void Reset(HttpMethod method, ReadOnlySpan<byte> target)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (target.Length == 0 || (target[0] != '/' && !target.SequenceEqual("*"u8)) || target.IndexOfAnyExcept(HttpCharacters.Target) >= 0)
            throw new ArgumentException("A target must begin with a slash and be made of visible ASCII; escape the rest.", nameof(target));
        if (!ReferenceEquals(method, Method)) SetMethod(method);
        _line.ResetWrittenCount();
        Encoding.ASCII.GetBytes(method.Method, _line);
        _line.Write(" "u8);
        _line.Write(target);
        _line.Write(" HTTP/1.1\r\n"u8);
        _fields.ResetWrittenCount();
        ClosesConnection = HasHost = OffersUpgrade = _hasBody = false;
        IsIdempotent = false;
        Body = default;
        BodyReader = null;
        BodyLength = 0;
    }

    [MemberNotNull(nameof(Method))]
    private void SetMethod(HttpMethod method)
    {
        var name = Encoding.ASCII.GetBytes(method.Method);
        if (!HttpCharacters.IsToken(name)) throw new ArgumentException("A method must be made of the characters RFC 9110 §5.6.2 allows.", nameof(method));
        var known = KnownMethods.Of(name);
        if (known == KnownMethod.Connect) throw new ArgumentException("CONNECT opens a tunnel, which is not a request of this client.", nameof(method));
        (Method, KnownMethod) = (method, known);
    }

    /// <summary>The method.</summary>
    public HttpMethod Method { get; private set; }

    /// <summary>
    /// Whether it may be sent again when nobody knows if it has arrived (RFC 9110 §9.2.2). What the method says, unless set.
    /// A body that is read can't be sent again.
    /// </summary>
    public bool IsIdempotent
    {
        get => field || KnownMethod is KnownMethod.Get or KnownMethod.Head or KnownMethod.Put or KnownMethod.Delete or KnownMethod.Options or KnownMethod.Trace or KnownMethod.Query;
        set;
    }

    /// <summary>Whether the server is asked to end the connection after its response.</summary>
    public bool ClosesConnection { get; private set; }

    internal KnownMethod KnownMethod { get; private set; }

    /// <summary>The request line with its CRLF.</summary>
    internal ReadOnlySpan<byte> Line => _line.WrittenSpan;

    /// <summary>Field lines with their CRLFs, the ones about host and framing left out.</summary>
    internal ReadOnlySpan<byte> Fields => _fields.WrittenSpan;

    /// <summary>It names a host of its own.</summary>
    internal bool HasHost { get; private set; }

    /// <summary>It offers to go over to another protocol: status 101 may be the answer.</summary>
    internal bool OffersUpgrade { get; private set; }

    internal ReadOnlyMemory<byte> Body { get; private set; }
    internal PipeReader? BodyReader { get; private set; }

    /// <summary>Bytes of the body; -1 if that is not known, which sends it in chunks.</summary>
    internal long BodyLength { get; private set; }

    /// <summary>A length is sent even if it is zero: a server may ask for one (RFC 9110 §8.6).</summary>
    internal bool SendsLength => BodyLength > 0 || _hasBody || KnownMethod is KnownMethod.Post or KnownMethod.Put or KnownMethod.Patch;

    private bool _hasBody;

    /// <summary>Adds a header field; a name may come more than once.</summary>
    /// <param name="name">A token. Content-Length and Transfer-Encoding are written by the client itself.</param>
    /// <param name="value">Text without control characters, sent as UTF-8.</param>
    /// <exception cref="ArgumentException">Name or value is not legal, or the client writes that field itself.</exception>
    public void AddHeader(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        AddHeader(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
    }

    /// <inheritdoc cref="AddHeader(string, string)"/>
    public void AddHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!HttpCharacters.IsToken(name)) throw new ArgumentException("A field name must be made of the characters RFC 9110 §5.6.2 allows.", nameof(name));
        if (value.IndexOfAny(HttpCharacters.ControlExceptTab) >= 0)
            throw new ArgumentException("A field value must not hold control characters, CR and LF among them.", nameof(value));
        switch (name.Length)
        {
            case 14 when Ascii.EqualsIgnoreCase(name, "Content-Length"u8):
            case 17 when Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8):
                throw new ArgumentException("The client writes Content-Length and Transfer-Encoding itself, as the body is set.", nameof(name));
            case 4 when Ascii.EqualsIgnoreCase(name, "Host"u8):
                if (HasHost) throw new ArgumentException("A request has one Host field.", nameof(name));
                if (!RequestTarget.IsAuthority(value)) throw new ArgumentException("The Host field must be a host with an optional port.", nameof(value));
                HasHost = true;
                break;
            case 7 when Ascii.EqualsIgnoreCase(name, "Upgrade"u8):
                OffersUpgrade = true;
                break;
            case 10 when Ascii.EqualsIgnoreCase(name, "Connection"u8):
                ClosesConnection |= Encoding.UTF8.GetString(value).Contains("close", StringComparison.OrdinalIgnoreCase);
                break;
        }
        var room = _fields.GetSpan(name.Length + value.Length + 4);
        name.CopyTo(room);
        ": "u8.CopyTo(room[name.Length..]);
        value.CopyTo(room[(name.Length + 2)..]);
        "\r\n"u8.CopyTo(room[(name.Length + 2 + value.Length)..]);
        _fields.Advance(name.Length + value.Length + 4);
    }

    /// <summary>
    /// Gives it a body, which is sent from where it lies: it must not change while the request is under way, which is until
    /// its response has been read to the end or disposed of.
    /// </summary>
    public void SetBody(ReadOnlyMemory<byte> body)
    {
        BodyReader = null;
        Body = body;
        BodyLength = body.Length;
        _hasBody = true;
    }

    /// <summary>Gives it a body that is read while it is sent, no faster than the server takes it. The reader is completed when it has been read or the request has ended.</summary>
    /// <param name="body">Read on a reactor's thread, which it must not block.</param>
    /// <param name="length">How many bytes it has; <see langword="null"/> sends it in chunks (RFC 9112 §7.1).</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public void SetBody(PipeReader body, long? length = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (length is { } known) ArgumentOutOfRangeException.ThrowIfNegative(known, nameof(length));
        Body = default;
        BodyReader = body;
        BodyLength = length ?? -1;
        _hasBody = true;
    }

    /// <summary>Gives it a body that is read from a stream while it is sent. The stream is left open.</summary>
    /// <param name="body">Read on a reactor's thread, which it must not block.</param>
    /// <param name="length">How many bytes it has; <see langword="null"/> sends it in chunks.</param>
    public void SetBody(Stream body, long? length = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        SetBody(PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true)), length);
    }
}
