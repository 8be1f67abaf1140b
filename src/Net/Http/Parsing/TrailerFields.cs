namespace FastCore.Net.Http.Parsing;

/// <summary>
/// The trailer fields of a chunked body (RFC 9112 §7.1.2), as <see cref="BodyFraming"/> reads them byte by byte. They are
/// kept apart from the header fields and never merged with them (RFC 9110 §6.5.1).
/// </summary>
internal sealed class TrailerFields
{
    private readonly List<FieldLine> _lines = [];
    private byte[] _bytes = new byte[256];
    private int _length;
    private int _nameStart;
    private int _valueStart;

    public HttpFields Fields => new(_bytes.AsSpan(0, _length), System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_lines));

    /// <summary>The first byte of a name.</summary>
    public void Begin(byte first)
    {
        _nameStart = _length;
        Append(first);
    }

    public void Append(byte next)
    {
        if (_length == _bytes.Length) Array.Resize(ref _bytes, _length * 2);
        _bytes[_length++] = next;
    }

    /// <summary>The name has ended, and the value begins.</summary>
    public void BeginValue() => _valueStart = _length;

    public void EndLine()
    {
        var value = _bytes.AsSpan(_valueStart, _length - _valueStart);
        var trimmed = HttpCharacters.TrimWhitespace(value);
        var start = _valueStart + value.Length - value.TrimStart(" \t"u8).Length;
        _lines.Add(new FieldLine(new Slice(_nameStart, _valueStart - _nameStart), new Slice(trimmed.IsEmpty ? _valueStart : start, trimmed.Length)));
    }
}
